import { pipeline, Readable, Transform, type Duplex } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { AshlarError } from '../../../errors/index.ts'
import { CHUNK_BYTES } from '../../chunk.ts'

/** Servers apply one coding; two are seen where a proxy compresses again. */
const MAX_CODINGS = 2

/**
 * Undoes the codings of a body as it is read. The bytes on the wire and those after every coding but the last are limited here; the
 * reader counts what comes out. Without this, a layer that expands to much and whose content then decodes to nothing would be free:
 * 300 MB of empty gzip members fit into 2 KB.
 *
 * @param encoding the header `content-encoding`; a coding that is not known leaves the body as it is (Fetch standard, 2.2.2)
 * @param maxBytes of each layer
 * @throws {AshlarError} HTTP_LIMIT
 */
export function decodeBody(body: Readable, encoding: string, maxBytes: number): Readable {
  const codings = codingsIn(encoding)
  if (codings.length > MAX_CODINGS)
    throw new AshlarError('HTTP_LIMIT', `http: the response is encoded ${codings.length} times, the limit is ${MAX_CODINGS}`)
  if (!isDecoded(encoding)) return body
  return codings.reduceRight((source, coding) => DECODERS[coding]?.(through(source, limited(maxBytes))) ?? source, body)
}

/** Whether all of these codings are undone. @param encoding the header `content-encoding` */
export function isDecoded(encoding: string): boolean {
  return codingsIn(encoding).every((coding) => Object.hasOwn(DECODERS, coding))
}

function codingsIn(encoding: string): string[] {
  const codings = encoding.split(',').map((each) => each.trim().toLowerCase())
  return codings.filter((each) => each !== '' && each !== 'identity')
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
  pipeline(source, decoder, () => {}) // the reader of the decoder gets the error
  return decoder
}

function limited(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length
      if (bytes <= maxBytes) return callback(null, chunk)
      const message = `http: the decoded response is longer than ${maxBytes} bytes`
      callback(new AshlarError('HTTP_LIMIT', message, { details: { maxBytes } }))
    },
  })
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
