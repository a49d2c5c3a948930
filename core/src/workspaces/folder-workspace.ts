import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { mapConcurrently } from '../base/index.ts'
import { readErrorCode, outsideWorkspace, toFileFailure } from './file-failure.ts'
import { createFile, openFile } from './folder-streams.ts'
import { pruneFolders, resolveInside, statIfExists, walk } from './folder-tree.ts'
import type { FolderUse } from './folder-use.ts'
import type { FileEntry, FileReader, FileWriter, OwnedWorkspace } from './workspace.ts'

const STATS_AT_ONCE = 16

interface FolderParts {
  /** The real path of the workspace. */
  root: string
  /** The folder of incomplete files. */
  incomingDir: string
  use: FolderUse
}

/**
 * The files of an execution in a folder. A path cannot lead outside: its names are checked (`parseWorkspacePath`), the
 * real path of its folder must equal the path, and the file is opened without following a link. Only a process with
 * access to the disk could create a link between these steps; blocks cannot create links.
 */
export class FolderWorkspace implements OwnedWorkspace {
  readonly #parts: FolderParts

  constructor(parts: FolderParts) {
    this.#parts = parts
  }

  open(path: readonly string[], start = 0): Promise<FileReader> {
    return openFile(this.#parts.root, path, start)
  }

  async create(path: readonly string[]): Promise<FileWriter> {
    const { root, incomingDir, use } = this.#parts
    const reservation = await use.reserve(await this.#countMissing(path))
    return createFile({ root, path, incoming: join(incomingDir, randomUUID()), use, reservation })
  }

  async stat(path: readonly string[]): Promise<FileEntry | null> {
    const place = await this.#find(path)
    const stats = place === undefined ? undefined : await statIfExists(place)
    return stats?.isFile() ? { path: path.join('/'), bytes: stats.size, modifiedAt: stats.mtime } : null
  }

  async delete(path: readonly string[]): Promise<void> {
    const { root, use } = this.#parts
    const place = await this.#find(path)
    const stats = place === undefined ? undefined : await statIfExists(place)
    if (place === undefined || !stats) return
    try {
      if (stats.isDirectory()) throw Object.assign(new Error('the path is a folder'), { code: 'EISDIR' })
      await unlink(place)
    } catch (error) {
      if (readErrorCode(error) === 'ENOENT') return // another run has deleted it
      throw toFileFailure(error, path)
    }
    use.change({ bytes: -stats.size, entries: -1 - (await pruneFolders(root, path)) })
  }

  async list(folder: readonly string[], after: string, first: number): Promise<FileEntry[]> {
    const { root } = this.#parts
    const place = folder.length === 0 ? root : await this.#find(folder)
    if (place === undefined || (await statIfExists(place))?.isDirectory() !== true) return []
    const prefix = folder.length === 0 ? '' : `${folder.join('/')}/`
    const { files } = await walk(place)
    const paths = files.map((file) => prefix + file).filter((path) => path > after)
    const entries: FileEntry[] = []
    for (const path of paths.toSorted(compareCodeUnits)) {
      if (entries.length === first) break
      const entry = await this.stat(path.split('/'))
      if (entry) entries.push(entry)
    }
    return entries
  }

  async listAll(): Promise<FileEntry[]> {
    const { root } = this.#parts
    const { files } = await walk(root)
    const entries = await mapConcurrently(files, STATS_AT_ONCE, async (path): Promise<FileEntry[]> => {
      const stats = await statIfExists(join(root, path))
      return stats?.isFile() ? [{ path, bytes: stats.size, modifiedAt: stats.mtime }] : []
    })
    return entries.flat()
  }

  /**
   * Returns the number of files and folders that a new file adds.
   *
   * @throws {AshlarError} FILE_PATH_INVALID when the file cannot be created
   */
  async #countMissing(path: readonly string[]): Promise<number> {
    for (let depth = 1; depth <= path.length; depth++) {
      const found = await statIfExists(join(this.#parts.root, ...path.slice(0, depth)))
      if (!found) return path.length - depth + 1
      if (found.isSymbolicLink()) throw outsideWorkspace(path)
      if (found.isDirectory() === (depth === path.length))
        throw toFileFailure(Object.assign(new Error(), { code: 'EEXIST' }), path)
    }
    return 0
  }

  /** @returns undefined when the folder of the path does not exist */
  async #find(path: readonly string[]): Promise<string | undefined> {
    try {
      return await resolveInside(this.#parts.root, path)
    } catch (error) {
      if (readErrorCode(error) === 'FILE_NOT_FOUND') return undefined
      throw error
    }
  }
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
