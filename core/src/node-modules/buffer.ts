/** `node:buffer`, with the class of the sandbox. */
export const { Buffer, Blob, File, atob, btoa } = globalThis
export const kMaxLength = 0x7fffffff
export const kStringMaxLength = 0x1fffffe8
export const INSPECT_MAX_BYTES = 50
export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: kStringMaxLength }

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 128)
}

export function transcode(bytes: Uint8Array, from: BufferEncoding, to: BufferEncoding): Buffer {
  return Buffer.from(Buffer.from(bytes).toString(from), to)
}
