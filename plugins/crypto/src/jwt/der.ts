/** An element of DER (ITU-T X.690): its tag and its content. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
}

export const DER = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30 } as const

/** @throws {Error} when the bytes are not DER */
export function readDer(bytes: Uint8Array): DerElement[] {
  const found: DerElement[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0
    const { length, start } = readLength(bytes, at + 1)
    if (start + length > bytes.length) throw new Error('the key is incomplete')
    found.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return found
}

/** Returns the elements in an element. @throws {Error} when the tag differs */
export function readInside(element: DerElement | undefined, tag: number): DerElement[] {
  return readDer(contentOf(element, tag))
}

export function contentOf(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new Error('the key has an unknown structure')
  return element.content
}

export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`)
}

function readLength(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { length: first, start: at + 1 }
  const count = first & 0x7f
  if (count === 0 || count > 3) throw new Error('the key has an unknown structure')
  return { length: Number(toNumber(bytes.subarray(at + 1, at + 1 + count))), start: at + 1 + count }
}
