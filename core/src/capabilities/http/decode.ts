import { pipeline, Readable, type Duplex } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { AshlarError } from '../../errors/index.ts'
import { CHUNK_BYTES } from '../chunk.ts'

const MAX_CODINGS = 3

/**
 * Undoes the codings of a body as it is read: no more is decompressed than somebody takes.
 *
 * @param encoding the header `content-encoding`; a coding that is not known leaves the body as it is (Fetch standard, 2.2.2)
 * @throws {AshlarError} HTTP_LIMIT
 */
export function decodeBody(body: Readable, encoding: string): Readable {
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'identity')
  if (codings.length > MAX_CODINGS)
    throw new AshlarError('HTTP_LIMIT', `http: the response is encoded ${codings.length} times, the limit is ${MAX_CODINGS}`)
  if (!codings.every((coding) => Object.hasOwn(DECODERS, coding))) return body
  return codings.reduceRight((source, coding) => DECODERS[coding]?.(source) ?? source, body)
}

const options = { chunkSize: CHUNK_BYTES }

const DECODERS: Record<string, (source: Readable) => Readable> = {
  gzip: (source) => through(source, createGunzip(options)),
  'x-gzip': (source) => through(source, createGunzip(options)),
  br: (source) => through(source, createBrotliDecompress(options)),
  deflate: (source) => Readable.from(inflate(source), { objectMode: false }),
}

/** A failure on either side ends both. */
function through(source: Readable, decoder: Duplex): Readable {
  pipeline(source, decoder, () => {}) // whoever reads the decoder hears of it
  return decoder
}

/** `deflate` should have a zlib header; some servers leave it out. */
async function* inflate(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done) return
  const hasHeader = ((first.value[0] ?? 0) & 0x0f) === 8
  const whole = Readable.from(withFirst(first.value, chunks), { objectMode: false })
  yield* through(whole, hasHeader ? createInflate(options) : createInflateRaw(options)) as AsyncIterable<Buffer>
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* { [Symbol.asyncIterator]: () => rest }
}
