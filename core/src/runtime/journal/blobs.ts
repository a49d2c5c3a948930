import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { parseJson } from '@ashlar/sdk/json'
import type { ClientBase, Pool } from 'pg'
import { deferredBytes, JsonText, minJsonLength, stringifyDeferred } from '../../base/index.ts'
import type { ExecutionEvent } from '../../engine/index.ts'

/** Separates JSON texts, which cannot contain it. Splitting on it costs both sides less than an array. */
export const SEPARATOR = '\u001F'

/** A JSON text longer than this is stored once, outside of the journal, by its hash. */
const LARGE_CHARS = 64 * 1024

type Path = (string | number)[]

/** A stored event. `refs` maps paths to blobs; the value at each path is null. */
interface StoredEvent {
  refs?: [path: Path, hash: string][]
}

/**
 * Serializes an event. Values over 64 KiB are extracted: their JSON text is added to `blobs` under its SHA-256, so a
 * value that passes through many nodes is stored once.
 */
export function serializeEvent(event: ExecutionEvent, blobs: Map<string, Buffer>): string {
  const text = isCertainlyLarge(event) ? '' : JSON.stringify(event)
  if (text !== '' && text.length <= LARGE_CHARS) return text
  let stored: unknown = event
  const refs = valuePaths(event).flatMap((path): [Path, string][] => {
    const bytes = toLargeBytes(at(event, path))
    if (!bytes) return []
    const hash = createHash('sha256').update(bytes).digest('hex')
    blobs.set(hash, bytes)
    stored = withoutValue(stored, path)
    return [[path, hash]]
  })
  return refs.length > 0 ? JSON.stringify({ ...(stored as ExecutionEvent), refs }) : text
}

/** @returns the JSON text in UTF-8; undefined if it is not large */
function toLargeBytes(value: unknown): Buffer | undefined {
  const bytes = deferredBytes(value)
  if (bytes) return bytes
  const text = stringifyDeferred(value, 1)
  return text.length > LARGE_CHARS ? Buffer.from(text) : undefined
}

/** Whether the value of an event is large, so that it need not be serialized twice. */
function isCertainlyLarge(event: ExecutionEvent): boolean {
  return 'value' in event && minJsonLength(event.value, LARGE_CHARS) > LARGE_CHARS
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
/** The fastest level. It leaves about a quarter of what the compression of Postgres leaves. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * Stores the blobs and counts that the journal of the current day refers to them. They are compressed on a thread of
 * their own: Postgres would need ten times as long for it, beside the sandbox.
 */
export async function storeBlobs(pool: Pool | ClientBase, blobs: ReadonlyMap<string, Buffer>): Promise<void> {
  const texts = [...blobs.values()]
  const compressed = await Promise.all(texts.map((text) => compress(text, LEVEL)))
  await pool.query(
    `with kept as (
       insert into blob (hash, compressed, bytes, created_at)
       select hash, substring($2::bytea from (sum(length) over (order by i) - length + 1)::int for length), bytes, now()
       from unnest($1::text[], $3::int[], $4::int[]) with ordinality as row(hash, length, bytes, i)
       on conflict (hash) do nothing
     )
     insert into blob_ref (hash, day, count) select hash, current_date, 1 from unnest($1::text[]) as row(hash)
     on conflict (hash, day) do update set count = blob_ref.count + 1`,
    [[...blobs.keys()], Buffer.concat(compressed), compressed.map(({ length }) => length), texts.map(({ length }) => length)],
  )
}

/** The hashes of the extracted values of an event. */
export function blobHashes(event: ExecutionEvent): string[] {
  return isStored(event) ? event.refs.map(([, hash]) => hash) : []
}

/** @returns the length of the JSON text of each blob, in bytes, by hash */
export async function readBlobSizes(pool: Pool | ClientBase, hashes: readonly string[]): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map()
  const { rows } = await pool.query<{ hash: string; bytes: number }>(
    'select hash, coalesce(bytes, octet_length(value::text)) as bytes from blob where hash = any($1)',
    [hashes],
  )
  return new Map(rows.map(({ hash, bytes }) => [hash, bytes]))
}

function isStored<Event extends ExecutionEvent>(event: Event): event is Event & Required<StoredEvent> {
  return 'refs' in event
}

/** Restores the extracted values of events. */
export async function restoreBlobs(pool: Pool | ClientBase, events: readonly ExecutionEvent[]): Promise<void> {
  await restore(pool, events, parseJson)
}

/** Restores the extracted values of events as {@link JsonText}, for readers that only pass them on. */
export async function restoreBlobTexts(pool: Pool | ClientBase, events: readonly ExecutionEvent[]): Promise<void> {
  await restore(pool, events, (text) => new JsonText(text))
}

async function restore(
  pool: Pool | ClientBase,
  events: readonly ExecutionEvent[],
  convert: (text: string) => unknown,
): Promise<void> {
  const stored = events.filter(isStored)
  if (stored.length === 0) return
  const hashes = new Set(stored.flatMap(({ refs }) => refs.map(([, hash]) => hash)))
  const { rows } = await pool.query<{ hash: string; compressed: Buffer | null; text: string | null }>(
    'select hash, compressed, value::text as text from blob where hash = any($1)',
    [[...hashes]],
  )
  const values = new Map<string, unknown>()
  for (const { hash, compressed, text } of rows)
    values.set(hash, convert(compressed ? String(await decompress(compressed)) : (text ?? 'null')))
  for (const event of stored) {
    for (const [path, hash] of event.refs) put(event, path, values.get(hash) ?? null)
    Reflect.deleteProperty(event, 'refs')
  }
}

/** The paths of all values of unlimited size in an event. */
function valuePaths(event: ExecutionEvent): Path[] {
  if ('value' in event) return [['value']]
  if ('inputs' in event) return Object.keys(event.inputs).map((name) => ['inputs', name])
  if (event.type !== 'ExecutionFinished') return []
  return Object.entries(event.outputs).flatMap(([name, values]) => values.map((_, i): Path => ['outputs', name, i]))
}

function at(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root)
}

/** A copy in which null replaces the value at the path. The original and the copy share all other values. */
function withoutValue(root: unknown, [key, ...path]: Path): unknown {
  if (key === undefined) return null
  const copy: unknown = Array.isArray(root) ? [...(root as unknown[])] : { ...(root as object) }
  put(copy, [key], withoutValue(at(root, [key]), path))
  return copy
}

function put(root: unknown, path: Path, value: unknown): void {
  const parent = at(root, path.slice(0, -1)) as Record<string | number, unknown>
  const last = path.at(-1)
  if (last !== undefined) parent[last] = value
}
