import { constants, type Stats } from 'node:fs'
import { copyFile, link, lstat, mkdir, open, readdir, realpath, rmdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { readErrorCode, outsideWorkspace, notFound } from './file-failure.ts'
import type { WorkspaceSize } from './folder-use.ts'

/**
 * Returns the paths of all files below a folder, and the number of folders. Links and devices, which blocks cannot
 * create, are ignored.
 */
export async function walk(folder: string): Promise<{ files: string[]; folders: number }> {
  const found = { files: [] as string[], folders: 0 }
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readFolderIfExists(path)) {
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

async function readFolderIfExists(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(readErrorCode(error))) return []
    throw error
  }
}

/** Measures the contents of a folder. */
export async function measure(folder: string): Promise<WorkspaceSize> {
  const { files, folders } = await walk(folder)
  let bytes = 0
  for (const file of files) bytes += (await statIfExists(join(folder, file)))?.size ?? 0
  return { bytes, entries: files.length + folders }
}

/** Does not follow a link. */
export async function statIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(readErrorCode(error))) return undefined
    throw error
  }
}

/**
 * Resolves a path below a folder.
 *
 * @param root the real path of the folder
 * @throws {AshlarError} FILE_PATH_INVALID when a folder of the path is a link, FILE_NOT_FOUND when a folder does not
 * exist
 */
export async function resolveInside(root: string, path: readonly string[]): Promise<string> {
  const place = join(root, ...path)
  const parent = dirname(place)
  try {
    if ((await realpath(parent)) !== parent) throw outsideWorkspace(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(readErrorCode(error))) throw notFound(path)
    throw readErrorCode(error) === 'ELOOP' ? outsideWorkspace(path) : error
  }
  return place
}

/**
 * Works like `mkdir -p`. Node's `recursive` loops forever if the system reports ENOENT in an existing folder (`/proc`).
 */
export async function makeFolderAndParents(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST') return
    if (readErrorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolderAndParents(dirname(folder))
    await mkdir(folder, { mode: 0o700 }).catch((failure: unknown) => {
      if (readErrorCode(failure) !== 'EEXIST') throw failure // another process has created it
    })
  }
}

/** Creates the folders of a path. @returns the number of new folders */
export async function makeFolders(root: string, path: readonly string[]): Promise<number> {
  let created = 0
  for (let depth = 1; depth < path.length; depth++)
    created += (await makeFolder(join(root, ...path.slice(0, depth)), path)) ? 1 : 0
  return created
}

async function makeFolder(folder: string, path: readonly string[]): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if (readErrorCode(error) !== 'EEXIST') throw error
  }
  const found = await statIfExists(folder)
  if (found?.isSymbolicLink()) throw outsideWorkspace(path)
  if (found && !found.isDirectory()) throw Object.assign(new Error('a folder of the path is a file'), { code: 'EEXIST' })
  return false
}

/** Removes the empty folders of a path. @returns the number of removed folders */
export async function pruneFolders(root: string, path: readonly string[]): Promise<number> {
  let removed = 0
  for (let depth = path.length - 1; depth > 0; depth--) {
    try {
      await rmdir(join(root, ...path.slice(0, depth)))
      removed++
    } catch {
      return removed // the folder is not empty
    }
  }
  return removed
}

/** Copies a tree by hard links. Files are only replaced as a whole, so both trees can share them. */
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
    if (readErrorCode(error) === 'ENOENT') return // the file was deleted
    // the file system has no hard links, or the file has too many
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}

/** Makes renames in a folder durable. Some systems do not support this. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(readErrorCode(error))) throw error
  } finally {
    await handle.close()
  }
}
