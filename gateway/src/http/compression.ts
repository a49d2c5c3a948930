import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'graphql-yoga'
import { chooseEncoding, type Encoding } from './negotiate.ts'

/** The compression of a smaller body costs more than it saves. */
const MIN_BYTES = 1024
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?json)/
const EMPTY_STATUSES = new Set([204, 304])

const compressGzip = promisify(gzip)
const compressBrotli = promisify(brotliCompress)

/** Compresses a body in the thread pool. @param level 0 to 9 */
export function compress(body: Uint8Array, encoding: Encoding, level: number): Promise<Uint8Array> {
  if (encoding === 'gzip') return compressGzip(body, { level })
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants
  return compressBrotli(body, { params: { [BROTLI_PARAM_QUALITY]: level, [BROTLI_PARAM_SIZE_HINT]: body.length } })
}

/** Levels that compress JSON about as fast as a disk reads it. */
const LEVELS: Record<Encoding, number> = { br: 4, gzip: 5 }

/** Compresses answers of 1 KiB or more. Streams of events and answers that are already encoded stay as they are. */
export function useCompression(): Plugin {
  return {
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const encoding = chooseEncoding(request.headers.get('accept-encoding'))
      if (!encoding || request.method === 'HEAD' || !isCompressible(response)) return
      const { status, statusText, headers } = response
      let body: Uint8Array = new Uint8Array(await response.arrayBuffer())
      if (body.length >= MIN_BYTES) {
        body = await compress(body, encoding, LEVELS[encoding])
        headers.set('content-encoding', encoding)
      }
      headers.set('content-length', String(body.length))
      setResponse(new fetchAPI.Response(body as Uint8Array<ArrayBuffer>, { status, statusText, headers }))
    },
  }
}

/** A download is streamed, and the range of a partial one refers to the file, so it stays as it is. */
function isCompressible({ status, headers }: Response): boolean {
  if (EMPTY_STATUSES.has(status) || headers.has('content-encoding') || headers.has('content-disposition')) return false
  const length = headers.get('content-length')
  return COMPRESSIBLE.test(headers.get('content-type') ?? '') && (length === null || Number(length) >= MIN_BYTES)
}
