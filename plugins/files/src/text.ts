import type { BlockContext, DecodedText } from '@ashlar/sdk'
import { createMultibyteEncoder } from '@exodus/bytes/multi-byte.js'
import { createSinglebyteEncoder } from '@exodus/bytes/single-byte.js'
import { utf16fromString } from '@exodus/bytes/utf16.js'

/** Returns the decoded text. Logs a warning if invalid bytes were replaced with U+FFFD. */
export function toText({ text, encoding, isLossy }: DecodedText, { log }: Pick<BlockContext, 'log'>): string {
  if (isLossy)
    log(`replaced bytes that are not valid ${encoding} with U+FFFD; set the pin "encoding" to use another encoding`, 'warn')
  return text
}

/**
 * @param label of the Encoding standard
 * @throws when the label is unknown, or the encoding lacks a character of the text
 */
export function encodeText(text: string, label: string): Uint8Array {
  const encoding = normalizeLabel(label)
  try {
    return encoderFor(encoding)(text)
  } catch (cause) {
    const hint = text.isWellFormed() ? '; "utf-8" has all characters' : ': an unpaired surrogate'
    throw new Error(`the text has a character that the encoding ${encoding} lacks${hint}`, { cause })
  }
}

function normalizeLabel(label: string): string {
  try {
    return new TextDecoder(label).encoding
  } catch (cause) {
    const message = `encoding must be a label of the Encoding standard, such as "utf-8" or "windows-1252", got ${JSON.stringify(label)}`
    throw new Error(message, { cause })
  }
}

function encoderFor(encoding: string): (text: string) => Uint8Array {
  if (encoding === 'utf-8') return encodeUtf8
  if (encoding === 'utf-16le') return (text) => utf16fromString(text, 'uint8-le')
  if (encoding === 'utf-16be') return (text) => utf16fromString(text, 'uint8-be')
  return MULTI_BYTE.has(encoding) ? createMultibyteEncoder(encoding) : createSinglebyteEncoder(encoding)
}

const MULTI_BYTE = new Set(['big5', 'euc-jp', 'euc-kr', 'gb18030', 'gbk', 'iso-2022-jp', 'shift_jis'])

function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new Error('the text is not well-formed')
  return new TextEncoder().encode(text)
}
