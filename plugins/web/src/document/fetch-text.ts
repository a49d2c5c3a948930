import { decodeText, type BlockContext } from '@ashlar/sdk'
import { show } from './text.ts'

/** The maximum size of a page, a feed or a sitemap. */
export const MAX_PAGE_BYTES = 8 * 2 ** 20

/** The content of an address. */
interface Fetched {
  readonly status: number
  /** The address after redirects. */
  readonly url: string
  readonly text: string
}

/**
 * Sends a GET request and decodes the response by its charset, or by the declaration in the document.
 *
 * @param accept the header `accept`
 * @param pin the name of the pin that contains the address, for messages
 * @throws {Error} when the address is not an HTTP address or the status is not a success, unless `allowed` contains it
 */
export async function fetchText(
  url: string,
  accept: string,
  { fetch, signal }: Pick<BlockContext, 'fetch' | 'signal'>,
  { pin = 'url', allowed = [] }: { pin?: string; allowed?: readonly number[] } = {},
): Promise<Fetched> {
  if (!/^https?:\/\//i.test(url)) throw new Error(`${pin} must start with http:// or https://, got ${show(url)}`)
  const response = await fetch(url, { headers: { accept }, maxResponseBytes: MAX_PAGE_BYTES, signal })
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (!response.ok && !allowed.includes(response.status))
    throw new Error(`${pin}: ${show(url)} answered with the status ${response.status}; check the address, or try again later`)
  const contentType = response.headers.get('content-type') ?? ''
  return { status: response.status, url: response.url || url, text: decodeText(bytes, { contentType }).text }
}
