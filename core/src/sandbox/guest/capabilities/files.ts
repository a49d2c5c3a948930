import type { FileEntry, Files } from '@ashlar/sdk'
import { callHost } from '../io/host-calls.ts'

/** The maximum number of bytes in one host call, see `capabilities/files/session.ts`. */
const CHUNK_BYTES = 64 * 1024

type Bytes = Uint8Array<ArrayBuffer>

/** The files of one call of a block, in the protocol of `capabilities/files/session.ts`. */
export function filesFor(callId: number): Files {
  const ask = (method: string, ...args: unknown[]): Promise<unknown> => callHost(callId, `files.${method}`, args)
  const files: Files = {
    read: (path) => readAll(ask, path),
    readText: async (path) => new TextDecoder().decode(await readAll(ask, path)),
    open: (path) => openStream(ask, path),
    write: (path, data) => writeAll(ask, path, data),
    async list(folder = '') {
      const entries: FileEntry[] = []
      for (;;) {
        const page = (await ask('list', folder, entries.at(-1)?.path ?? '')) as WireEntry[]
        if (page.length === 0) return entries
        entries.push(...page.map(fromWire))
      }
    },
    async stat(path) {
      const entry = (await ask('stat', path)) as WireEntry | null
      return entry && fromWire(entry)
    },
    delete: async (path) => void (await ask('delete', path)),
  }
  return files
}

type Ask = (method: string, ...args: unknown[]) => Promise<unknown>

interface WireEntry {
  path: string
  bytes: number
  modifiedAt: string
}

function fromWire({ path, bytes, modifiedAt }: WireEntry): FileEntry {
  return { path, bytes, modifiedAt: new Date(modifiedAt) }
}

async function openFile(ask: Ask, path: string): Promise<{ id: number; bytes: number }> {
  return (await ask('open', path)) as { id: number; bytes: number }
}

async function readAll(ask: Ask, path: string): Promise<Bytes> {
  const { id, bytes } = await openFile(ask, path)
  const all = new Uint8Array(bytes)
  let length = 0
  for (let chunk = await readChunk(ask, id); chunk; chunk = await readChunk(ask, id)) {
    all.set(chunk, length)
    length += chunk.length
  }
  return all.subarray(0, length)
}

async function readChunk(ask: Ask, id: number): Promise<Bytes | null> {
  const chunk = await ask('read', id)
  return typeof chunk === 'string' ? Uint8Array.fromBase64(chunk) : null
}

async function openStream(ask: Ask, path: string): Promise<ReadableStream<Bytes>> {
  const { id } = await openFile(ask, path)
  const source: UnderlyingDefaultSource<Bytes> = {
    async pull(controller) {
      const chunk = await readChunk(ask, id)
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
    cancel: async () => void (await ask('close', id)),
  }
  return new globalThis.ReadableStream(source, { highWaterMark: 0 })
}

async function writeAll(ask: Ask, path: string, data: Parameters<Files['write']>[1]): Promise<FileEntry> {
  const pieces = toPieces(data)
  const id = await ask('create', path)
  try {
    for await (const piece of pieces) await ask('write', id, piece.toBase64())
  } catch (error) {
    ask('cancel', id).catch(() => {}) // the host may have cancelled it
    throw error
  }
  return fromWire((await ask('end', id)) as WireEntry)
}

/** Splits the data into pieces of the maximum size. */
function toPieces(data: unknown): AsyncIterable<Uint8Array> {
  if (typeof data === 'string') return cut(new TextEncoder().encode(data))
  if (data instanceof Uint8Array) return cut(data)
  if (typeof data === 'object' && data !== null && 'getReader' in data) return gather(data as ReadableStream<unknown>)
  if (typeof data === 'object' && data !== null && 'stream' in data) return gather((data as Blob).stream())
  throw new TypeError('the data to write to a file must be a string, a Uint8Array, a Blob or a ReadableStream')
}

async function* cut(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES)
}

/**
 * Joins small pieces of a stream, because the number of host calls of a run is limited. Cancels the stream if the
 * caller stops early.
 */
async function* gather(stream: ReadableStream<unknown>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  const gathered = new Uint8Array(CHUNK_BYTES)
  let length = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!(next.value instanceof Uint8Array)) throw new TypeError('a stream to write to a file must yield Uint8Arrays')
      for (let from = 0; from < next.value.length;) {
        const part = next.value.subarray(from, from + CHUNK_BYTES - length)
        gathered.set(part, length)
        length += part.length
        from += part.length
        if (length === CHUNK_BYTES) yield gathered
        if (length === CHUNK_BYTES) length = 0
      }
    }
    if (length > 0) yield gathered.subarray(0, length)
  } finally {
    reader.cancel().catch(() => {}) // the stream has ended or failed
  }
}
