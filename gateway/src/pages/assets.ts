import { createHash } from 'node:crypto'

/** A file that a page loads. */
export interface Asset {
  /** Its path with a digest of its content, so that a browser may cache it permanently. */
  url: string
  answer(): Response
}

/** @param path of its route; the extension determines whether it is a script or a style sheet */
export function buildAsset(path: string, text: string): Asset {
  const body = new TextEncoder().encode(text)
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  const type = path.endsWith('.css') ? 'text/css' : 'text/javascript'
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'public, max-age=31536000, immutable' }
  return { url: `${path}?${digest}`, answer: () => new Response(body, { headers }) }
}
