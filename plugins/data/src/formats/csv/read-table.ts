import { decodeText, type Files } from '@ashlar/sdk'

/** Reads the text of a table from the path of a file of the execution, or from a `data:` URI. */
export async function readTable(source: string | null, files: Files): Promise<string> {
  if (source === null) throw new Error('set the text of a table as contents, or a file as file_input')
  if (/^https?:/i.test(source))
    throw new Error(`file_input must be a path or a data URI: use files/store to read ${source.slice(0, 100)}`)
  return /^data:/i.test(source) ? readDataUri(source) : toText(await files.open(source))
}

async function toText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3)
    throw new Error('the file is a workbook or an archive, not the text of a table: use a block that reads spreadsheets')
  return decodeText(bytes).text
}

/** `data:[<type>][;base64],<data>`. Source: RFC 2397. */
function readDataUri(uri: string): string {
  const [, head = '', data] = /^data:([^,]*),(.*)$/is.exec(uri) ?? []
  if (data === undefined) throw new Error('a data URI needs a comma before its data')
  try {
    const text = decodeURIComponent(data)
    if (!/;\s*base64$/i.test(head)) return text
    return decodeText(Uint8Array.fromBase64(text), { contentType: head.replace(/;\s*base64$/i, '') }).text
  } catch (cause) {
    throw new Error('the data URI has no valid data', { cause })
  }
}
