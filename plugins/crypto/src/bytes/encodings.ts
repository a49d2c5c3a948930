import { base32, base58 } from '@scure/base'
import { showText } from './show.ts'

export const ENCODINGS = ['base64', 'base64url', 'hex', 'base32', 'base58'] as const
export type Encoding = (typeof ENCODINGS)[number]

export function encodeBytes(bytes: Uint8Array, encoding: Encoding): string {
  switch (encoding) {
    case 'base64':
      return bytes.toBase64()
    case 'base64url':
      return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
    case 'hex':
      return bytes.toHex()
    case 'base32':
      return base32.encode(bytes)
    case 'base58':
      return base58.encode(checkSize(bytes))
  }
}

/**
 * Ignores white space, and missing padding. `base64` accepts both alphabets of Base64, `base32` and `hex` both cases.
 *
 * @param pin the name of the pin, for messages
 * @throws {Error} when the text is not in this encoding
 */
export function decodeBytes(text: string, encoding: Encoding, pin: string): Uint8Array<ArrayBuffer> {
  const compact = text.replace(/\s+/g, '')
  try {
    return new Uint8Array(decode(compact, encoding))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${pin} must be ${NAMES[encoding]}, got ${showText(text)} (${reason})`, { cause })
  }
}

const NAMES = { base64: 'Base64', base64url: 'Base64', hex: 'hexadecimal', base32: 'Base32', base58: 'Base58' }

function decode(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case 'base64':
    case 'base64url':
      return Uint8Array.fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
    case 'hex':
      return Uint8Array.fromHex(text.replace(/^0x/i, ''))
    case 'base32': {
      const bare = text.toUpperCase().replace(/=+$/, '')
      return base32.decode(bare.padEnd(Math.ceil(bare.length / 8) * 8, '='))
    }
    case 'base58':
      return base58.decode(text)
  }
}

/** The time of Base58 grows with the square of the size. */
const MAX_BASE58_BYTES = 4096

function checkSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_BASE58_BYTES)
    throw new Error(`text must have at most ${MAX_BASE58_BYTES} bytes for Base58, got ${bytes.length}`)
  return bytes
}
