import { constants, type Stats } from 'node:fs'
import { copyFile, link, lstat, mkdir, open, readdir, realpath, rmdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { codeOf, leadsOut, notFound } from './file-failure.ts'
import type { Held } from './folder-use.ts'

/** Paths of all files below a folder, and how many folders there are. Links and devices, which nobody makes from inside, are not seen. */
export async function walk(folder: string): Promise<{ files: string[]; folders: number }> {
  const found = { files: [] as string[], folders: 0 }
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readIfThere(path)) {
      const below = join(path, entry.name)
      if (entry.isFile()) found.files.push(below.slice(folder.length + 1).replaceAll(sep, '/'))
      if (!entry.isDirectory()) continue
      found.folders++
      await visit(below)
    }
  }
  await visit(folder)
  return found
}

async function readIfThere(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return []
    throw error
  }
}

/** What a folder holds. */
export async function measure(folder: string): Promise<Held> {
  const { files, folders } = await walk(folder)
  let bytes = 0
  for (const file of files) bytes += (await statIfThere(join(folder, file)))?.size ?? 0
  return { bytes, entries: files.length + folders }
}

/** Of a thing itself: a link is not followed. */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined
    throw error
  }
}

/**
 * The place of a path below a folder whose own real path is given.
 *
 * @throws {AshlarError} FILE_PATH_INVALID when a folder on the way is a link, FILE_NOT_FOUND when it is not there
 */
export async function resolveInside(root: string, path: readonly string[]): Promise<string> {
  const place = join(root, ...path)
  const parent = dirname(place)
  try {
    if ((await realpath(parent)) !== parent) throw leadsOut(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw notFound(path)
    throw codeOf(error) === 'ELOOP' ? leadsOut(path) : error
  }
  return place
}

/** Like `mkdir -p`. Not Node's `recursive`, which spins for ever where the system says ENOENT in a folder that exists (`/proc`). */
export async function makeFolderAndParents(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolderAndParents(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch((failure: unknown) => {
      if (codeOf(failure) !== 'EEXIST') throw failure // somebody else was faster
    })
  }
}

/** Makes the folders on the way to a file. @returns how many were not there */
export async function makeFolders(root: string, path: readonly string[]): Promise<number> {
  let made = 0
  for (let depth = 1; depth < path.length; depth++) made += (await makeFolder(join(root, ...path.slice(0, depth)), path)) ? 1 : 0
  return made
}

async function makeFolder(folder: string, path: readonly string[]): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const found = await statIfThere(folder)
  if (found?.isSymbolicLink()) throw leadsOut(path)
  if (found && !found.isDirectory()) throw Object.assign(new Error('a file is in the place of a folder'), { code: 'EEXIST' })
  return false
}

/** Removes the folders on the way to a file that have become empty. @returns how many */
export async function pruneFolders(root: string, path: readonly string[]): Promise<number> {
  let removed = 0
  for (let depth = path.length - 1; depth > 0; depth--) {
    try {
      await rmdir(join(root, ...path.slice(0, depth)))
      removed++
    } catch {
      return removed // something is in it
    }
  }
  return removed
}

/** The same files under another name: they are only ever replaced whole, so both may share them. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  const { files } = await walk(from)
  for (const file of files) {
    await makeFolders(to, file.split('/'))
    await linkOrCopy(join(from, file), join(to, file))
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return // deleted meanwhile
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE) // where there are no hard links, or no more
  }
}

/** Makes what was renamed in a folder stay so when the machine fails; not every system can. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(codeOf(error))) throw error
  } finally {
    await handle.close()
  }
}
