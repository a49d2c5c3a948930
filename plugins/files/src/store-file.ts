import type { BlockContext } from '@ashlar/sdk'
import { openSource, parseSource, type Source } from './source.ts'

/** The maximum size of a value. */
const MAX_DATA_URI_BYTES = 6 * 1024 * 1024

type SourceContext = Pick<BlockContext, 'fetch' | 'files' | 'signal'>

/**
 * Stores a file in the execution, unless it is there already, and returns its path. The same source always has the same
 * path.
 */
export async function storeFile(given: string, context: SourceContext): Promise<string> {
  const source = parseSource(given)
  const { stream, type } = await openSource(source, context)
  if ('path' in source) {
    await stream.cancel()
    return source.path
  }
  return (await context.files.write(await deriveName(source, type), stream)).path
}

/** Returns the content of a file as a data URI. */
export async function toDataUri(given: string, context: SourceContext): Promise<string> {
  const source = parseSource(given)
  const { stream, type } = await openSource(source, context, MAX_DATA_URI_BYTES)
  const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
  return `data:${type || typeOf(source)};base64,${bytes.toBase64()}`
}

const EXTENSIONS: Record<string, string> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
}

/** The media type by the name of a file of the execution, which does not store one. */
function typeOf(source: Source): string {
  const extension = 'path' in source ? (/\.(\w+)$/.exec(source.path)?.[1]?.toLowerCase() ?? '') : ''
  const wanted = extension === 'jpeg' ? 'jpg' : extension
  return Object.keys(EXTENSIONS).find((type) => EXTENSIONS[type] === wanted) ?? 'application/octet-stream'
}

/** Returns a name that depends only on the source, so that storing a source again replaces its file. */
async function deriveName(source: Exclude<Source, { path: string }>, type: string): Promise<string> {
  const given = 'url' in source ? source.url : source.dataUri
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(given))).toHex().slice(0, 16)
  const last = 'url' in source ? (new URL(source.url).pathname.split('/').at(-1) ?? '') : ''
  const own = /^[\w-]{1,60}(\.\w{1,10})?$/.test(last) ? `-${last}` : ''
  const kind = type.split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = Object.hasOwn(EXTENSIONS, kind) ? EXTENSIONS[kind] : undefined
  return own.includes('.') || !extension ? `${hash}${own}` : `${hash}${own}.${extension}`
}
