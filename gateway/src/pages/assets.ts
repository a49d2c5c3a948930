import { createHash } from 'node:crypto'
import { compress } from '../http/compression.ts'
import { chooseEncoding, type Encoding } from '../http/negotiate.ts'

/** A file of fixed content. */
export interface Asset {
  /** Its path with a digest of its content. */
  url: string
  answer(request: Request): Promise<Response>
}

/** A level that compresses GraphiQL (7 MB) to 1.5 MB within a second, once for each encoding. */
const LEVEL = 6

interface AssetOptions {
  type: string
  cacheControl: string
  headers?: Record<string, string>
}

/** A script or a style sheet of a page. A browser may cache it permanently under the URL with its digest. */
export function buildPageAsset(path: string, text: string): Asset {
  const type = path.endsWith('.css') ? 'text/css' : 'text/javascript'
  return buildAsset(path, text, { type, cacheControl: 'public, max-age=31536000, immutable' })
}

/** @param path of its route */
export function buildAsset(path: string, text: string, { type, cacheControl, headers: more }: AssetOptions): Asset {
  const body = new TextEncoder().encode(text)
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  const common = { 'cache-control': cacheControl, vary: 'Accept-Encoding', ...more }
  const compressed = new Map<Encoding, Promise<Uint8Array>>()
  const find = (encoding: Encoding): Promise<Uint8Array> => {
    const found = compressed.get(encoding) ?? compress(body, encoding, LEVEL)
    compressed.set(encoding, found)
    return found
  }
  return {
    url: `${path}?${digest}`,
    async answer({ headers }) {
      const encoding = chooseEncoding(headers.get('accept-encoding'))
      const etag = `"${digest}${encoding ? `-${encoding}` : ''}"`
      if (headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers: { ...common, etag } })
      const encoded = encoding ? { 'content-encoding': encoding } : {}
      const content = encoding ? await find(encoding) : body
      const size = { 'content-length': String(content.length), 'content-type': `${type}; charset=utf-8` }
      return new Response(content as Uint8Array<ArrayBuffer>, { headers: { ...common, etag, ...size, ...encoded } })
    },
  }
}
