import { pipeline, Readable, Transform, type Duplex } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { AshlarError } from '../../../base/index.ts'
import { CHUNK_BYTES } from '../../../workspaces/index.ts'

/** Servers apply one coding. A proxy may compress again. */
const MAX_CODINGS = 2

/**
 * Decodes a body while it is read. This function limits the input of every coding; the reader limits the final output.
 * Without the limit on each layer, a layer could expand to much data that then decodes to nothing: 300 MB of empty gzip
 * members fit into 2 KB.
 *
 * @param encoding the header `content-encoding`; with an unknown coding the body stays encoded (Fetch standard, 2.2.2)
 * @param maxBytes of each layer
 * @throws {AshlarError} HTTP_LIMIT
 */
export function decodeBody(body: Readable, encoding: string, maxBytes: number): Readable {
  const codings = listCodings(encoding)
  if (codings.length > MAX_CODINGS)
    throw new AshlarError('HTTP_LIMIT', `http: the response is encoded ${codings.length} times; the limit is ${MAX_CODINGS}`)
  if (!isDecoded(encoding)) return body
  return codings.reduceRight((source, coding) => DECODERS[coding]?.(pipeThrough(source, limitBytes(maxBytes))) ?? source, body)
}

/** Whether {@link decodeBody} decodes all of these codings. @param encoding the header `content-encoding` */
export function isDecoded(encoding: string): boolean {
  return listCodings(encoding).every((coding) => Object.hasOwn(DECODERS, coding))
}

function listCodings(encoding: string): string[] {
  const codings = encoding.split(',').map((each) => each.trim().toLowerCase())
  return codings.filter((each) => each !== '' && each !== 'identity')
}

const options = { chunkSize: CHUNK_BYTES }

const DECODERS: Record<string, (source: Readable) => Readable> = {
  gzip: (source) => pipeThrough(source, createGunzip(options)),
  'x-gzip': (source) => pipeThrough(source, createGunzip(options)),
  br: (source) => pipeThrough(source, createBrotliDecompress(options)),
  deflate: (source) => Readable.from(inflate(source), { objectMode: false }),
}

/** A failure of either stream destroys both. */
function pipeThrough(source: Readable, decoder: Duplex): Readable {
  pipeline(source, decoder, () => {}) // the reader of the decoder receives the error
  return decoder
}

function limitBytes(maxBytes: number): Transform {
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

/** Some servers omit the zlib header of `deflate`. */
async function* inflate(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done) return
  const hasHeader = ((first.value[0] ?? 0) & 0x0f) === 8
  const whole = Readable.from(prepend(first.value, chunks), { objectMode: false })
  yield* pipeThrough(whole, hasHeader ? createInflate(options) : createInflateRaw(options)) as AsyncIterable<Buffer>
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* { [Symbol.asyncIterator]: () => rest }
}
