import { DOMException } from '../base/dom-exception.ts'
import { requireArguments, toDomString } from '../base/webidl.ts'

/** HTML section 8.3. @throws {DOMException} InvalidCharacterError when a character is above U+00FF */
export function btoa(data: unknown): string {
  requireArguments(arguments.length, 1)
  const text = toDomString(data)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff) throw new DOMException('the text contains characters outside Latin1', 'InvalidCharacterError')
    bytes[i] = code
  }
  return bytes.toBase64()
}

/**
 * HTML section 8.3. "Forgiving-base64 decode" (Infra section 8) is the same as the `loose` handling of the engine.
 *
 * @throws {DOMException} InvalidCharacterError when the text is not Base64
 */
export function atob(data: unknown): string {
  requireArguments(arguments.length, 1)
  const text = toDomString(data)
  try {
    return isomorphicDecode(Uint8Array.fromBase64(text, { lastChunkHandling: 'loose' }))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error // for example too little memory
    throw new DOMException('the text is not Base64', 'InvalidCharacterError')
  }
}

/** Infra section 4.5. */
function isomorphicDecode(bytes: Uint8Array): string {
  const PART = 0x2000
  let text = ''
  for (let i = 0; i < bytes.length; i += PART) text += String.fromCharCode(...bytes.subarray(i, i + PART))
  return text
}
