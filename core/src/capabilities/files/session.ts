import { z } from 'zod'
import { AshlarError, showValue } from '../../base/index.ts'
import {
  parseWorkspacePath,
  type FileEntry,
  type FileReader,
  type FileWriter,
  type Workspace,
  type WorkspaceLimits,
} from '../../workspaces/index.ts'
import { type Caller, type CapabilitySession, parseChunk, unknownHostCall } from '../capability/index.ts'
import { assertFilesGranted, type FilesGrant } from './grant.ts'
import type { OpenFiles } from './open-files.ts'

type FilesCaller = Caller<{ files?: FilesGrant | undefined }>

/**
 * The files of one run of a block. Host calls carry JSON, so contents travel as base64 in chunks of at most 64 KiB, one
 * at a time. A path is a string of names separated by slashes.
 *
 * - `files.open(path)` returns `{ id, bytes }` of the current version of a file.
 * - `files.read(id)` returns its next chunk, or null at the end. The end closes the file.
 * - `files.close(id)` closes it early.
 * - `files.create(path)` starts a new file and returns its id. The file appears at its path when it ends.
 * - `files.write(id, base64)` appends to it.
 * - `files.end(id)` completes it and returns its entry, `{ path, bytes, modifiedAt }` with a time in ISO 8601.
 * - `files.cancel(id)` discards it.
 * - `files.list(folder, after)` returns the entries of at most 1000 files after a path, of a folder or, for '', of all
 *   folders.
 * - `files.stat(path)` returns the entry of a file, or null.
 * - `files.delete(path)` removes a file.
 *
 * All open files are closed, and incomplete ones discarded, when the run ends, is aborted or times out.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT FILE_NOT_FOUND FILE_LIMIT FILE_PATH_INVALID
 */
export function createFilesSession(parts: FilesSessionParts, caller: FilesCaller): CapabilitySession {
  const files = new RunFiles(parts, caller)
  return {
    // An incomplete file is not observable, so only its end is an effect.
    getEffect: (method) => (method === 'files.end' || method === 'files.delete' ? 'once' : 'none'),
    perform: async (method, args) => {
      const definition = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!definition) throw unknownHostCall(caller.block, method)
      assertFilesGranted(caller.block, definition.use)
      return definition.perform(files, args)
    },
    close: () => files.close(),
  }
}

interface FilesSessionParts {
  openWorkspace(): Promise<Workspace>
  open: OpenFiles
  limits: WorkspaceLimits
}

interface Method {
  use: 'read' | 'write'
  perform(files: RunFiles, args: readonly unknown[]): unknown
}

const METHODS: Record<string, Method> = {
  'files.open': { use: 'read', perform: (files, [path]) => files.open(path) },
  'files.read': { use: 'read', perform: (files, [id]) => files.read(id) },
  'files.close': { use: 'read', perform: (files, [id]) => files.discard(id) },
  'files.create': { use: 'write', perform: (files, [path]) => files.create(path) },
  'files.write': {
    use: 'write',
    perform: (files, [id, base64]) => files.write(id, parseChunk(base64, 'files: a chunk of a file')),
  },
  'files.end': { use: 'write', perform: (files, [id]) => files.end(id) },
  'files.cancel': { use: 'write', perform: (files, [id]) => files.discard(id) },
  'files.list': { use: 'read', perform: (files, [folder, after]) => files.list(folder, after) },
  'files.stat': { use: 'read', perform: (files, [path]) => files.stat(path) },
  'files.delete': { use: 'write', perform: (files, [path]) => files.delete(path) },
}

/** A file that is open for reading or writing, or is being opened. */
interface Slot {
  reader?: FileReader
  writer?: FileWriter
  isBusy: boolean
  release(): Promise<void>
}

class RunFiles {
  readonly #parts: FilesSessionParts
  readonly #ownerId: string
  readonly #slots = new Map<number, Slot>()
  #workspace: Promise<Workspace> | undefined
  /** The previous listing. A listing walks all folders, so a run performs one at a time. */
  #listed: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #isClosed = false

  constructor(parts: FilesSessionParts, { execution }: FilesCaller) {
    this.#parts = parts
    this.#ownerId = execution.ownerId
  }

  async open(path: unknown): Promise<{ id: number; bytes: number }> {
    const names = this.#parsePath(path)
    return this.#add(async (slot, id) => {
      const reader = await (await this.#getWorkspace()).open(names)
      slot.reader = reader
      return { id, bytes: reader.bytes }
    })
  }

  async create(path: unknown): Promise<number> {
    const names = this.#parsePath(path)
    return this.#add(async (slot, id) => {
      slot.writer = await (await this.#getWorkspace()).create(names)
      return id
    })
  }

  async read(id: unknown): Promise<string | null> {
    return this.#use(id, async ({ reader }) => {
      if (!reader) throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is not open for reading`)
      const chunk = await reader.read()
      if (!chunk) await this.#drop(Number(id))
      return chunk && chunk.toString('base64')
    })
  }

  async write(id: unknown, chunk: Buffer): Promise<void> {
    await this.#use(id, ({ writer }) => requireWriter(id, writer).write(chunk))
  }

  async end(id: unknown): Promise<unknown> {
    return this.#use(id, async ({ writer }) => {
      const entry = await requireWriter(id, writer).end()
      await this.#drop(Number(id))
      return toWire(entry)
    })
  }

  async discard(id: unknown): Promise<void> {
    await this.#drop(Number(id))
  }

  async stat(path: unknown): Promise<unknown> {
    const names = this.#parsePath(path)
    const entry = await (await this.#getWorkspace()).stat(names)
    return entry && toWire(entry)
  }

  async list(folder: unknown, after: unknown): Promise<unknown[]> {
    const { maxListed, maxPathBytes } = this.#parts.limits
    const names = folder === undefined || folder === null || folder === '' ? [] : this.#parsePath(folder)
    const from = z.string().max(maxPathBytes).default('').safeParse(after)
    if (!from.success) throw new AshlarError('BAD_INPUT', 'files: the second argument of list must be a path')
    const listed = this.#listed.then(async () => (await this.#getWorkspace()).list(names, from.data, maxListed))
    this.#listed = listed.catch(() => {}) // the caller below reports the error
    return (await listed).map(toWire)
  }

  async delete(path: unknown): Promise<void> {
    const names = this.#parsePath(path)
    await (await this.#getWorkspace()).delete(names)
  }

  close(): void {
    this.#isClosed = true
    this.#parts.open.closeSoon(this.#slots.values())
    this.#slots.clear()
  }

  #parsePath(path: unknown): string[] {
    return parseWorkspacePath(path, this.#parts.limits)
  }

  async #getWorkspace(): Promise<Workspace> {
    if (this.#isClosed) throw runEnded()
    this.#workspace ??= this.#parts.openWorkspace()
    // the caller reports the error; the next call tries again
    this.#workspace.catch(() => (this.#workspace = undefined))
    return this.#workspace
  }

  /** Takes a slot before the file is opened, because a run may open several files concurrently. */
  async #add<T>(open: (slot: Slot, id: number) => Promise<T>): Promise<T> {
    const { maxOpen } = this.#parts.limits
    if (this.#slots.size >= maxOpen)
      throw new AshlarError('FILE_LIMIT', `files: a block may have ${maxOpen} files open at a time`)
    this.#parts.open.add(this.#ownerId)
    const id = ++this.#lastId
    const slot = this.#createSlot()
    this.#slots.set(id, slot)
    try {
      const opened = await open(slot, id)
      slot.isBusy = false
      if (!this.#isClosed) return opened
    } catch (error) {
      await this.#drop(id)
      throw error
    }
    await slot.release() // the run ended while the file was being opened
    throw runEnded()
  }

  #createSlot(): Slot {
    let isCounted = true
    const slot: Slot = {
      isBusy: true,
      release: async () => {
        if (isCounted) this.#parts.open.remove(this.#ownerId)
        isCounted = false
        await slot.reader?.close()
        await slot.writer?.abort()
      },
    }
    return slot
  }

  /** Performs one operation of a file at a time. A failure closes the file. */
  async #use<T>(id: unknown, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = typeof id === 'number' ? this.#slots.get(id) : undefined
    if (!slot) throw this.#isClosed ? runEnded() : new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is not open`)
    if (slot.isBusy) throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is already in use`)
    slot.isBusy = true
    try {
      return await work(slot)
    } catch (error) {
      await this.#drop(Number(id))
      throw error
    } finally {
      slot.isBusy = false
    }
  }

  async #drop(id: number): Promise<void> {
    const slot = this.#slots.get(id)
    this.#slots.delete(id)
    await slot?.release()
  }
}

function requireWriter(id: unknown, writer: FileWriter | undefined): FileWriter {
  if (writer) return writer
  throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is not open for writing`)
}

function toWire({ path, bytes, modifiedAt }: FileEntry): Record<string, unknown> {
  return { path, bytes, modifiedAt: modifiedAt.toISOString() }
}

function runEnded(): AshlarError {
  return new AshlarError('BAD_INPUT', 'files: the run of the block has ended')
}
