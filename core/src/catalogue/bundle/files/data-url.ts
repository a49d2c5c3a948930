import type { Loader } from 'esbuild'

/** The types that the bundler accepts in an import. */
const LOADERS: Readonly<Record<string, Loader>> = {
  'application/json': 'json',
  'text/javascript': 'js',
  'text/css': 'css',
}

/**
 * Decodes a data URL as the bundler does. Source: RFC 2397.
 *
 * @returns `loader` is undefined for a type that cannot be imported
 */
export function parseDataUrl(url: string): { contents: Buffer; loader: Loader | undefined } {
  const comma = url.indexOf(',')
  const header = url.slice('data:'.length, comma)
  const data = url.slice(comma + 1)
  const contents = header.endsWith(';base64') ? Buffer.from(data, 'base64') : Buffer.from(decodeUrlPart(data))
  return { contents, loader: LOADERS[header.split(';', 1)[0] ?? ''] }
}

/** Decodes a part of a URL. A text that is not encoded correctly stays as it is. */
export function decodeUrlPart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
