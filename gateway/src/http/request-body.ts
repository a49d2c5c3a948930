import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Plugin } from 'graphql-yoga'
import { requestError } from './request-error.ts'

type Decoder = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

const DECODERS: ReadonlyMap<string, Decoder | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?([\w-]+)"?\s*)?$/i

/** Checks the next part of a body. Throws the error that rejects the request. */
type Check = (part: Uint8Array) => void

/**
 * Reads the bodies of POST requests: JSON in UTF-8, which may be compressed. Browsers send forms and plain text for any
 * page without asking the server, so those types are rejected.
 *
 * Responds with 415 to another type, charset or encoding, and with 413 to a body of more than `maxBytes`, compressed or
 * not. Only this many bytes are read or decompressed. A small body that decompresses to a large one is rejected too,
 * because it would cost its sender nothing.
 *
 * @param createCheck creates the check of one body, which receives the decompressed JSON while it is read
 */
export function useRequestBody(maxBytes: number, createCheck: () => Check): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method !== 'POST') return
      assertJson(request.headers.get('content-type') ?? '')
      const decode = findDecoder(request.headers.get('content-encoding') ?? '')
      if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
      if (!requestParser) return
      setRequestParser(async (given) => {
        const { url, method, headers, signal } = given
        const check = createCheck()
        let bytes = await readBytes(given.body, maxBytes, decode ? () => {} : check)
        if (decode) check((bytes = await decompress(bytes, decode, maxBytes)))
        const body = toText(bytes)
        return requestParser(new fetchAPI.Request(url, { method, headers, signal, body }))
      })
    },
  }
}

function assertJson(contentType: string): void {
  const [isJson, charset = 'utf-8'] = JSON_TYPE.exec(contentType) ?? []
  if (isJson === undefined)
    throw unsupported('the body must have the type application/json', { accept: 'application/json; charset=utf-8' })
  if (!/^utf-?8$/i.test(charset)) throw unsupported('the charset of the body must be utf-8')
}

function findDecoder(encoding: string): Decoder | undefined {
  const name = encoding.trim().toLowerCase()
  if (DECODERS.has(name)) return DECODERS.get(name)
  throw unsupported('the encoding of the body must be gzip, deflate or br', { 'accept-encoding': 'gzip, deflate, br' })
}

/** @param check is called with each part. Its error ends the reading. */
async function readBytes(body: AsyncIterable<Uint8Array> | null, maxBytes: number, check: Check): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const iterator = body?.[Symbol.asyncIterator]()
  while (iterator) {
    const { done, value } = await iterator.next().catch(throwAbort)
    if (done === true) break
    length += value.byteLength
    try {
      if (length > maxBytes) throw tooLarge(maxBytes)
      check(value)
    } catch (error) {
      void discard(iterator)
      throw error
    }
    chunks.push(value)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

/**
 * Reads the rest of a body, as Node does for a body that is not read. To close the iterator would close the connection
 * before the client reads the answer.
 */
async function discard(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    while ((await iterator.next()).done !== true);
  } catch {
    // the client has closed the connection
  }
}

/** The client has closed the connection before the end of the body. Yoga neither logs nor answers an abortion. */
function throwAbort(): never {
  throw new DOMException('the client closed the connection', 'AbortError')
}

/** JSON of any size may become this large, and then {@link MAX_RATIO} times its compressed size. */
const FREE_BYTES = 1024 * 1024
const MAX_RATIO = 200

async function decompress(body: Uint8Array, decode: Decoder, maxBytes: number): Promise<Uint8Array> {
  const maxOutputLength = Math.min(maxBytes, Math.max(FREE_BYTES, body.length * MAX_RATIO))
  try {
    return await decode(body, { maxOutputLength })
  } catch (error) {
    if (error instanceof RangeError) throw maxOutputLength < maxBytes ? tooDense() : tooLarge(maxBytes)
    throw requestError('BAD_REQUEST', 400, 'the body does not have the encoding of its header Content-Encoding')
  }
}

function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw requestError('BAD_REQUEST', 400, 'the body must be UTF-8')
  }
}

function unsupported(message: string, headers: Record<string, string> = {}): Error {
  return requestError('UNSUPPORTED_MEDIA_TYPE', 415, message, headers)
}

function tooDense(): Error {
  const message = `a compressed body must have at most 1 MiB or ${MAX_RATIO} times its size when it is decompressed: send it uncompressed`
  return requestError('PAYLOAD_TOO_LARGE', 413, message)
}

function tooLarge(maxBytes: number): Error {
  const message = `the body must have at most ${maxBytes / 1024 / 1024} MiB, compressed and decompressed`
  return requestError('PAYLOAD_TOO_LARGE', 413, message)
}
