import { constants } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AshlarError } from '../base/index.ts'
import { readErrorCode, outsideWorkspace, notFound, toFileFailure } from './file-failure.ts'
import { makeFolders, pruneFolders, resolveInside, statIfExists, syncFolder } from './folder-tree.ts'
import type { FolderUse, Reservation } from './folder-use.ts'
import { CHUNK_BYTES } from './limits.ts'
import type { FileEntry, FileReader, FileWriter } from './workspace.ts'

/** On systems without this flag, only the check of the path rejects links. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>
const OPEN_TO_READ = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK
const OPEN_TO_WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW

/** @param root the real path of the workspace */
export async function openFile(root: string, path: readonly string[], start = 0): Promise<FileReader> {
  const place = await resolveInside(root, path)
  if ((await statIfExists(place))?.isSymbolicLink()) throw outsideWorkspace(path)
  const handle = await convertFailure(path, open(place, OPEN_TO_READ))
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw notFound(path)
    return new HandleReader(handle, stats.size, start)
  } catch (error) {
    await handle.close()
    throw error
  }
}

class HandleReader implements FileReader {
  readonly bytes: number
  readonly #handle: FileHandle
  #position: number
  #isClosed = false

  constructor(handle: FileHandle, bytes: number, start: number) {
    this.#handle = handle
    this.bytes = bytes
    this.#position = start
  }

  async read(): Promise<Buffer | null> {
    if (this.#isClosed || this.#position >= this.bytes) return null
    const length = Math.min(CHUNK_BYTES, this.bytes - this.#position)
    const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, this.#position)
    this.#position += bytesRead
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#handle.close()
  }
}

interface WriterParts {
  /** The real path of the workspace. */
  root: string
  path: readonly string[]
  /** The path of the incomplete file, in the same file system. */
  incoming: string
  use: FolderUse
  reservation: Reservation
}

export async function createFile(parts: WriterParts): Promise<FileWriter> {
  try {
    return new IncomingWriter(parts, await convertFailure(parts.path, open(parts.incoming, OPEN_TO_WRITE, 0o600)))
  } catch (error) {
    parts.reservation.release()
    throw error
  }
}

/** Attempts to move a file to its place. An attempt fails if its folder was empty and was removed at the same time. */
const MAX_MOVES = 5

class IncomingWriter implements FileWriter {
  readonly #parts: WriterParts
  readonly #handle: FileHandle
  #bytes = 0
  #isEnded = false

  constructor(parts: WriterParts, handle: FileHandle) {
    this.#parts = parts
    this.#handle = handle
  }

  async write(chunk: Buffer): Promise<void> {
    this.#assertOpen()
    await this.#orAbort(async () => {
      this.#parts.reservation.take(chunk.length)
      for (let from = 0; from < chunk.length;)
        from += (await this.#handle.write(chunk, from, chunk.length - from, this.#bytes + from)).bytesWritten
      this.#bytes += chunk.length
    })
  }

  async end(): Promise<FileEntry> {
    const { path, use, reservation } = this.#parts
    this.#assertOpen()
    return this.#orAbort(async () => {
      await this.#handle.sync()
      const { mtime } = await this.#handle.stat()
      await this.#handle.close()
      const { place, replaced, folders } = await this.#move()
      this.#isEnded = true
      use.change({ bytes: this.#bytes - (replaced ?? 0), entries: folders + (replaced === undefined ? 1 : 0) })
      reservation.release()
      await syncFolder(dirname(place)).catch((error: unknown) => {
        if (readErrorCode(error) !== 'ENOENT') throw error // the folder has already been deleted
      })
      return { path: path.join('/'), bytes: this.#bytes, modifiedAt: mtime }
    })
  }

  async abort(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#handle.close().catch(() => {}) // `end` may have closed it
    await rm(this.#parts.incoming, { force: true })
    this.#parts.reservation.release()
  }

  #assertOpen(): void {
    if (this.#isEnded) throw new AshlarError('BAD_INPUT', 'files: this file is already complete or discarded')
  }

  async #move(): Promise<{ place: string; replaced: number | undefined; folders: number }> {
    const { root, path, incoming } = this.#parts
    for (let folders = 0, tries = 1; ; tries++) {
      try {
        folders += await makeFolders(root, path)
        const place = await resolveInside(root, path)
        const before = await statIfExists(place)
        if (before?.isDirectory()) throw Object.assign(new Error('a folder is in its place'), { code: 'EISDIR' })
        await rename(incoming, place)
        return { place, replaced: before?.size, folders }
      } catch (error) {
        if (tries < MAX_MOVES && ['ENOENT', 'FILE_NOT_FOUND'].includes(readErrorCode(error))) continue
        await pruneFolders(root, path)
        throw error
      }
    }
  }

  async #orAbort<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.abort()
      throw toFileFailure(error, this.#parts.path)
    }
  }
}

async function convertFailure<T>(path: readonly string[], work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw toFileFailure(error, path)
  }
}
