import type { BlockContext } from '@ashlar/sdk'

/** A file: a web address, a `data:` URI, or the path of a file of the execution. Returns its content and its name. */
export async function readAttachment(
  source: string,
  { fetch, files, signal }: Pick<BlockContext, 'fetch' | 'files' | 'signal'>,
): Promise<File> {
  if (/^data:/i.test(source)) return parseDataUri(source)
  if (!/^https?:\/\//i.test(source)) return new File([await readBytes(await files.open(source))], nameOf(source))
  const response = await fetch(source, { signal })
  if (!response.ok) throw new Error(`${new URL(source).host} responded with status ${response.status} to the request for a file`)
  const type = response.headers.get('content-type') ?? ''
  return new File([await response.arrayBuffer()], nameOf(new URL(source).pathname), { type })
}

function nameOf(path: string): string {
  return path.split('/').at(-1) || 'file'
}

async function readBytes(stream: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer()
}

/** `data:[<type>][;base64],<data>`. Source: RFC 2397. */
function parseDataUri(uri: string): File {
  const [, head = '', data] = /^data:([^,]*),(.*)$/is.exec(uri) ?? []
  if (data === undefined) throw new Error('a data URI needs a comma before its data')
  const type = head.replace(/;\s*base64$/i, '')
  try {
    const text = decodeURIComponent(data)
    const content = type === head ? text : Uint8Array.fromBase64(text)
    return new File([content], 'file', { type })
  } catch (cause) {
    throw new Error('the data URI has no valid data', { cause })
  }
}
