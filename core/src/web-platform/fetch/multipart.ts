/** `multipart/form-data`: HTML section 4.10.22.7 (serialization) and Fetch section 5.2 ("formData", parsing). */
import { File, bytesOfBlob, concat } from '../data/blob.ts'
import { TextDecoder, TextEncoder } from '../data/encoding.ts'
import { fillRandom } from '../../sandbox/guest/io/entropy.ts'
import { FormData } from './form-data.ts'

export function serializeMultipart(form: FormData): { bytes: Uint8Array<ArrayBuffer>; boundary: string } {
  const boundary = `----formdata-${fillRandom(new Uint8Array(16)).toHex()}`
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  for (const [name, value] of form.entries()) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(toCrlf(name))}"`
    if (typeof value === 'string') parts.push(encoder.encode(`${head}\r\n\r\n${toCrlf(value)}\r\n`))
    else {
      const type = value.type || 'application/octet-stream'
      parts.push(encoder.encode(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`))
      parts.push(bytesOfBlob(value), encoder.encode('\r\n'))
    }
  }
  return { bytes: concat([...parts, encoder.encode(`--${boundary}--\r\n`)]), boundary }
}

function toCrlf(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n')
}

function escapeName(name: string): string {
  return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
}

const NAME = /^content-disposition:[ \t]*form-data;[ \t]*name="(?<name>[^"\r\n]*)"(?:;[ \t]*filename="(?<filename>[^"\r\n]*)")?/i

/** @throws {TypeError} when the bytes violate the format */
export function parseMultipart(bytes: Uint8Array<ArrayBuffer>, boundary: string): FormData {
  const delimiter = new TextEncoder().encode(`--${boundary}`)
  const form = new FormData()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let at = indexOf(bytes, delimiter, 0)
  if (at !== 0 && !(at === 2 && isCrlf(bytes, 0))) throw broken('it does not start with the boundary')
  for (;;) {
    at += delimiter.length
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return form
    if (!isCrlf(bytes, at)) throw broken('a boundary is not alone on its line')
    const headEnd = indexOf(bytes, HEAD_END, at)
    const next = headEnd < 0 ? -1 : indexOf(bytes, concat([CRLF, delimiter]), headEnd + 2)
    if (next < 0) throw broken('a part is incomplete')
    const content = bytes.subarray(headEnd + HEAD_END.length, next)
    appendPart(form, decoder.decode(bytes.subarray(at + CRLF.length, headEnd)), content, decoder)
    at = next + CRLF.length
  }
}

const CRLF = new Uint8Array([0x0d, 0x0a])
const HEAD_END = new Uint8Array([0x0d, 0x0a, 0x0d, 0x0a])

function appendPart(form: FormData, head: string, content: Uint8Array<ArrayBuffer>, decoder: TextDecoder): void {
  const lines = head.split('\r\n')
  const groups = lines.map((line) => NAME.exec(line)?.groups).find((each) => each !== undefined)
  if (!groups?.name && groups?.name !== '') throw broken('a part has no name')
  const name = unescapeName(groups.name)
  if (groups.filename === undefined) {
    form.append(name, decoder.decode(content))
    return
  }
  const type = lines.map((line) => /^content-type:[ \t]*(?<type>.*?)[ \t]*$/i.exec(line)?.groups?.type).find((each) => each)
  form.append(name, new File([content], unescapeName(groups.filename), { type: type ?? 'text/plain' }))
}

function unescapeName(name: string): string {
  return name.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"')
}

function isCrlf(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x0d && bytes[at + 1] === 0x0a
}

/** Searches for the first byte with the fast `indexOf` of the engine, then compares the rest. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0] ?? 0, from); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1))
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at
  return -1
}

function broken(why: string): TypeError {
  return new TypeError(`the body is not multipart/form-data: ${why}`)
}
