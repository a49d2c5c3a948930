import { parseJson } from '@ashlar/sdk'
import { showText } from '../bytes/index.ts'

/** A JSON Web Token in its compact form (RFC 7519), without a check of its signature. */
export interface Token {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  /** The bytes that are signed. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** @throws {Error} when the text is not a JSON Web Token */
export function parseToken(text: string): Token {
  const compact = text.trim().replace(/^Bearer\s+/i, '')
  const parts = compact.split('.')
  if (parts.length !== 3)
    throw new Error(
      `token must have three parts between two dots, got ${parts.length === 5 ? 'an encrypted token with five' : parts.length}`,
    )
  const [header = '', claims = '', signature = ''] = parts
  return {
    header: readPart(header, 'header'),
    claims: readPart(claims, 'claims'),
    signed: new TextEncoder().encode(`${header}.${claims}`),
    signature: decodePart(signature, 'signature'),
  }
}

function readPart(text: string, name: string): Record<string, unknown> {
  const decoded = new TextDecoder().decode(decodePart(text, name))
  try {
    const value = parseJson(decoded)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // the message below
  }
  throw new Error(`token must have a JSON object as its ${name}, got ${showText(decoded)}`)
}

function decodePart(text: string, name: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
  } catch (cause) {
    throw new Error(`token must have Base64 without padding as its ${name}`, { cause })
  }
}

export function encodePart(value: Uint8Array): string {
  return value.toBase64({ alphabet: 'base64url', omitPadding: true })
}
