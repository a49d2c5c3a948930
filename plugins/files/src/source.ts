import type { BlockContext } from '@ashlar/sdk'

/** A file input: a web address, a `data:` URI, or the path of a file of the execution. */
export type Source = { url: string } | { dataUri: string } | { path: string }

export function parseSource(text: string): Source {
  if (/^https?:\/\//i.test(text)) return { url: text }
  return /^data:/i.test(text) ? { dataUri: text } : { path: text }
}

/**
 * Opens a source. Returns its content, and its media type if the source declares one.
 *
 * @param maxResponseBytes the maximum size of a response, for callers that read it into memory
 */
export async function openSource(
  source: Source,
  { fetch, files, signal }: Pick<BlockContext, 'fetch' | 'files' | 'signal'>,
  maxResponseBytes?: number,
): Promise<{ stream: ReadableStream<Uint8Array>; type: string }> {
  if ('path' in source) return { stream: await files.open(source.path), type: '' }
  if ('dataUri' in source) {
    const { bytes, type } = parseDataUri(source.dataUri)
    return { stream: new Blob([bytes]).stream(), type }
  }
  const response = await fetch(source.url, { signal, ...(maxResponseBytes !== undefined && { maxResponseBytes }) })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new Error(`${new URL(source.url).host} responded with status ${response.status}`)
  }
  return { stream: response.body, type: response.headers.get('content-type') ?? '' }
}

/** `data:[<type>][;<parameter>=<value>]…[;base64],<data>`. Source: RFC 2397. */
function parseDataUri(uri: string): { bytes: Uint8Array<ArrayBuffer>; type: string } {
  const comma = uri.indexOf(',')
  if (comma < 0) throw new Error('a data URI needs a comma before its data')
  const [essence = '', ...parameters] = uri.slice('data:'.length, comma).split(';')
  const data = uri.slice(comma + 1)
  const isBase64 = parameters.at(-1)?.trim().toLowerCase() === 'base64'
  const type = [essence, ...(isBase64 ? parameters.slice(0, -1) : parameters)].join(';')
  try {
    return { bytes: isBase64 ? Uint8Array.fromBase64(decodeURIComponent(data)) : percentDecode(data), type }
  } catch (cause) {
    throw new Error('the data URI has no valid data', { cause })
  }
}

/** Decodes percent-encoding into bytes, which need not be UTF-8. */
function percentDecode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text)
  let length = 0
  for (let i = 0; i < bytes.length; i++, length++) {
    const digits = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0) : ''
    const isEscape = /^[0-9a-f]{2}$/i.test(digits)
    bytes[length] = isEscape ? Number.parseInt(digits, 16) : (bytes[i] ?? 0)
    if (isEscape) i += 2
  }
  return bytes.subarray(0, length)
}
