import { z } from 'zod'
import { AshlarError, showValue } from '../../errors/index.ts'
import {
  parseWorkspacePath,
  type FileEntry,
  type FileReader,
  type FileWriter,
  type Workspace,
  type WorkspaceLimits,
} from '../../workspaces/index.ts'
import { unknownHostCall, type Acting, type PowerSession } from '../capability.ts'
import { parseChunk } from '../chunk.ts'
import { assertFilesGranted } from './grant.ts'
import type { OpenFiles } from './open-files.ts'

/**
 * The files of one run of a block. What a block asks of its host is JSON, so they travel in pieces of at most 64 KiB as base64,
 * and each piece is asked for or taken before the next. A file is a text of names between slashes.
 *
 * - `files.open(path)` gives `{ id, bytes }` of a file as it is now.
 * - `files.read(id)` gives its next piece, or null at its end; the number is free then.
 * - `files.close(id)` gives it up before.
 * - `files.create(path)` begins a file and gives its number. It takes its place when it has ended, and not before.
 * - `files.write(id, base64)` appends to it.
 * - `files.end(id)` ends it and gives its entry, `{ path, bytes, modifiedAt }` with a time in ISO 8601.
 * - `files.cancel(id)` gives it up; nothing is left of it.
 * - `files.list(folder, after)` gives the entries of at most 1000 files after a path, of a folder or, for '', of all.
 * - `files.stat(path)` gives the entry of a file, or null.
 * - `files.delete(path)` removes a file.
 *
 * All that is open is given up when the run ends, is aborted or times out.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT FILE_NOT_FOUND FILE_LIMIT FILE_PATH_INVALID
 */
export function createFilesSession(parts: FilesSessionParts, acting: Acting): PowerSession {
  const files = new RunFiles(parts, acting)
  return {
    perform: async (method, args) => {
      const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!known) throw unknownHostCall(acting, method)
      assertFilesGranted(acting, known.use)
      return known.perform(files, args)
    },
    close: () => files.close(),
  }
}

export interface FilesSessionParts {
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
  'files.close': { use: 'read', perform: (files, [id]) => files.giveUp(id) },
  'files.create': { use: 'write', perform: (files, [path]) => files.create(path) },
  'files.write': {
    use: 'write',
    perform: (files, [id, base64]) => files.write(id, parseChunk(base64, 'files: a piece of a file')),
  },
  'files.end': { use: 'write', perform: (files, [id]) => files.end(id) },
  'files.cancel': { use: 'write', perform: (files, [id]) => files.giveUp(id) },
  'files.list': { use: 'read', perform: (files, [folder, after]) => files.list(folder, after) },
  'files.stat': { use: 'read', perform: (files, [path]) => files.stat(path) },
  'files.delete': { use: 'write', perform: (files, [path]) => files.delete(path) },
}

/** A file that is open: to read, to write, or still being opened. */
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
  /** Lists walk all folders, so a run waits for one before the next. */
  #listed: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #isClosed = false

  constructor(parts: FilesSessionParts, { actor }: Acting) {
    this.#parts = parts
    this.#ownerId = actor.ownerId
  }

  async open(path: unknown): Promise<{ id: number; bytes: number }> {
    const names = this.#pathOf(path)
    return this.#add(async (slot, id) => {
      const reader = await (await this.#opened()).open(names)
      slot.reader = reader
      return { id, bytes: reader.bytes }
    })
  }

  async create(path: unknown): Promise<number> {
    const names = this.#pathOf(path)
    return this.#add(async (slot, id) => {
      slot.writer = await (await this.#opened()).create(names)
      return id
    })
  }

  async read(id: unknown): Promise<string | null> {
    return this.#use(id, async ({ reader }) => {
      if (!reader) throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is not open to be read`)
      const chunk = await reader.read()
      if (!chunk) await this.#drop(Number(id))
      return chunk && chunk.toString('base64')
    })
  }

  async write(id: unknown, chunk: Buffer): Promise<void> {
    await this.#use(id, ({ writer }) => writerOf(id, writer).write(chunk))
  }

  async end(id: unknown): Promise<unknown> {
    return this.#use(id, async ({ writer }) => {
      const entry = await writerOf(id, writer).end()
      await this.#drop(Number(id))
      return toWire(entry)
    })
  }

  async giveUp(id: unknown): Promise<void> {
    await this.#drop(Number(id))
  }

  async stat(path: unknown): Promise<unknown> {
    const names = this.#pathOf(path)
    const entry = await (await this.#opened()).stat(names)
    return entry && toWire(entry)
  }

  async list(folder: unknown, after: unknown): Promise<unknown[]> {
    const { maxListed, maxPathBytes } = this.#parts.limits
    const names = folder === undefined || folder === null || folder === '' ? [] : this.#pathOf(folder)
    const from = z.string().max(maxPathBytes).default('').safeParse(after)
    if (!from.success) throw new AshlarError('BAD_INPUT', 'files: a list goes on after a path')
    const listed = this.#listed.then(async () => (await this.#opened()).list(names, from.data, maxListed))
    this.#listed = listed.catch(() => {}) // told to whoever asked
    return (await listed).map(toWire)
  }

  async delete(path: unknown): Promise<void> {
    const names = this.#pathOf(path)
    await (await this.#opened()).delete(names)
  }

  close(): void {
    this.#isClosed = true
    this.#parts.open.closeSoon(this.#slots.values())
    this.#slots.clear()
  }

  #pathOf(path: unknown): string[] {
    return parseWorkspacePath(path, this.#parts.limits)
  }

  async #opened(): Promise<Workspace> {
    if (this.#isClosed) throw ended()
    this.#workspace ??= this.#parts.openWorkspace()
    this.#workspace.catch(() => (this.#workspace = undefined)) // told to whoever waits for it
    return this.#workspace
  }

  /** A place among those that may be open, taken before the file is: many may be asked for at once. */
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
    await slot.release() // the run has ended meanwhile
    throw ended()
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

  /** One thing at a time; what fails is over. */
  async #use<T>(id: unknown, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = typeof id === 'number' ? this.#slots.get(id) : undefined
    if (!slot) throw this.#isClosed ? ended() : new AshlarError('BAD_INPUT', `files: no file ${showValue(id)} is open`)
    if (slot.isBusy) throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is being used already`)
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

function writerOf(id: unknown, writer: FileWriter | undefined): FileWriter {
  if (writer) return writer
  throw new AshlarError('BAD_INPUT', `files: file ${showValue(id)} is not open to be written`)
}

function toWire({ path, bytes, modifiedAt }: FileEntry): Record<string, unknown> {
  return { path, bytes, modifiedAt: modifiedAt.toISOString() }
}

function ended(): AshlarError {
  return new AshlarError('BAD_INPUT', 'files: the run of the block has ended')
}
