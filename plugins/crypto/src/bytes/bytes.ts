import { z } from 'zod'
import { decodeBytes } from './encodings.ts'

/** Input pins for bytes: a text, or bytes that are written as Base64 or hexadecimal. */
export const bytesPins = {
  text: z.string().describe('The text, or the bytes as Base64 or hexadecimal.'),
  text_is: z.enum(['text', 'base64', 'hex']).default('text').meta({
    title: 'Text is',
    description: 'How to read the text: as UTF-8, or as bytes in Base64 or hexadecimal.',
    advanced: true,
  }),
}

export const bytesInput = z.object(bytesPins)

/** Returns the bytes of the pins {@link bytesPins}. @throws {Error} when the text is not Base64 or hexadecimal */
export function toBytes({ text, text_is }: z.output<typeof bytesInput>): Uint8Array<ArrayBuffer> {
  return text_is === 'text' ? new TextEncoder().encode(text) : decodeBytes(text, text_is, 'text')
}

/** @returns undefined when the bytes are not UTF-8 */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
