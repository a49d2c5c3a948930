import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, leadsOut, toFileFailure } from './file-failure.ts'
import { createFile, openFile } from './folder-streams.ts'
import { pruneFolders, resolveInside, statIfThere, walk } from './folder-tree.ts'
import type { FolderUse } from './folder-use.ts'
import type { FileEntry, FileReader, FileWriter, Workspace } from './workspace.ts'

interface FolderParts {
  /** Its real path. */
  root: string
  /** Where files are until they have ended. */
  incomingDir: string
  use: FolderUse
}

/**
 * The files of an execution in a folder. A path leads nowhere else: its names are checked (`parseWorkspacePath`), the real path
 * of the folder in which it ends must be what it says, and the last name is opened without following a link. Whoever could put
 * links there between these steps has the disk already; blocks cannot make any.
 */
export class FolderWorkspace implements Workspace {
  readonly #parts: FolderParts

  constructor(parts: FolderParts) {
    this.#parts = parts
  }

  open(path: readonly string[]): Promise<FileReader> {
    return openFile(this.#parts.root, path)
  }

  async create(path: readonly string[]): Promise<FileWriter> {
    const { root, incomingDir, use } = this.#parts
    const reservation = await use.reserve(await this.#missing(path))
    return createFile({ root, path, incoming: join(incomingDir, randomUUID()), use, reservation })
  }

  async stat(path: readonly string[]): Promise<FileEntry | null> {
    const place = await this.#find(path)
    const stats = place === undefined ? undefined : await statIfThere(place)
    return stats?.isFile() ? { path: path.join('/'), bytes: stats.size, modifiedAt: stats.mtime } : null
  }

  async delete(path: readonly string[]): Promise<void> {
    const { root, use } = this.#parts
    const place = await this.#find(path)
    const stats = place === undefined ? undefined : await statIfThere(place)
    if (place === undefined || !stats) return
    try {
      if (stats.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
      await unlink(place)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return // somebody else was faster
      throw toFileFailure(error, path)
    }
    use.change({ bytes: -stats.size, entries: -1 - (await pruneFolders(root, path)) })
  }

  async list(folder: readonly string[], after: string, first: number): Promise<FileEntry[]> {
    const { root } = this.#parts
    const place = folder.length === 0 ? root : await this.#find(folder)
    if (place === undefined || (await statIfThere(place))?.isDirectory() !== true) return []
    const prefix = folder.length === 0 ? '' : `${folder.join('/')}/`
    const { files } = await walk(place)
    const paths = files.map((file) => prefix + file).filter((path) => path > after)
    const entries: FileEntry[] = []
    for (const path of paths.toSorted(byCharacters)) {
      if (entries.length === first) break
      const entry = await this.stat(path.split('/'))
      if (entry) entries.push(entry)
    }
    return entries
  }

  /** How many files and folders a new file adds. @throws {AshlarError} FILE_PATH_INVALID when it cannot be there */
  async #missing(path: readonly string[]): Promise<number> {
    for (let depth = 1; depth <= path.length; depth++) {
      const found = await statIfThere(join(this.#parts.root, ...path.slice(0, depth)))
      if (!found) return path.length - depth + 1
      if (found.isSymbolicLink()) throw leadsOut(path)
      if (found.isDirectory() === (depth === path.length))
        throw toFileFailure(Object.assign(new Error(), { code: 'EEXIST' }), path)
    }
    return 0
  }

  /** @returns undefined when its folder is not there */
  async #find(path: readonly string[]): Promise<string | undefined> {
    try {
      return await resolveInside(this.#parts.root, path)
    } catch (error) {
      if (codeOf(error) === 'FILE_NOT_FOUND') return undefined
      throw error
    }
  }
}

function byCharacters(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
