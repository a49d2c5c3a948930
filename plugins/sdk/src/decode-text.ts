/** Decoded text, with the encoding that was used. */
export interface DecodedText {
  readonly text: string
  /** The name of the encoding in lower case: `utf-8`, `windows-1252`, `shift_jis`. */
  readonly encoding: string
  /** Whether bytes that are not valid in this encoding were replaced with U+FFFD. */
  readonly isLossy: boolean
}

/** Options that determine the encoding: see {@link decodeText}. */
export interface DecodeTextOptions {
  /** A media type, as in the header `content-type`. Its `charset` names the encoding. */
  readonly contentType?: string
  /**
   * A label of the Encoding standard, such as `utf-8`, `latin1`, `shift_jis`. It has precedence over every other
   * source.
   */
  readonly encoding?: string
}

/**
 * Decodes bytes as text and removes the byte order mark. The first of these sources that is present determines the
 * encoding:
 *
 * - the option `encoding`
 * - a byte order mark
 * - the `charset` of the media type
 * - the XML declaration or the HTML `meta` element in the first 1024 bytes
 *
 * Without any of them the encoding is UTF-8, or windows-1252 if the bytes are not valid UTF-8. Unknown labels are
 * ignored.
 *
 * Source: WHATWG Encoding, section 6; WHATWG HTML, "prescan a byte stream"; XML 1.0, appendix F.
 *
 * @throws {RangeError} when the option `encoding` is not a label of the Encoding standard
 */
export function decodeText(bytes: Uint8Array, { contentType = '', encoding }: DecodeTextOptions = {}): DecodedText {
  if (encoding !== undefined) {
    const named = findEncoding(encoding)
    if (named === undefined)
      throw new RangeError(
        `encoding must be a label of the Encoding standard, such as "utf-8" or "windows-1252", got ${JSON.stringify(encoding.slice(0, 100))}`,
      )
    return decodeAs(bytes, named)
  }
  const declared = detectMark(bytes) ?? findEncoding(parseCharset(contentType)) ?? findDeclaration(bytes, contentType)
  if (declared !== undefined) return decodeAs(bytes, declared)
  const utf8 = decodeStrictly(bytes, 'utf-8')
  return utf8 === undefined ? decodeAs(bytes, 'windows-1252') : { text: utf8, encoding: 'utf-8', isLossy: false }
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText {
  const text = decodeStrictly(bytes, encoding)
  return { text: text ?? decodeInPieces(bytes, new TextDecoder(encoding)), encoding, isLossy: text === undefined }
}

/** @returns undefined when the bytes are not valid in this encoding */
function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return decodeInPieces(bytes, new TextDecoder(encoding, { fatal: true }))
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const PIECE_BYTES = 64 * 1024

/** Limits the memory of the sandbox's decoders, some of which need many bytes for each input byte. */
function decodeInPieces(bytes: Uint8Array, decoder: TextDecoder): string {
  const pieces: string[] = []
  for (let from = 0; from < bytes.length; from += PIECE_BYTES)
    pieces.push(decoder.decode(bytes.subarray(from, from + PIECE_BYTES), { stream: true }))
  return [...pieces, decoder.decode()].join('')
}

/** @returns the name of the encoding for a label, or undefined when the label is unknown */
function findEncoding(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

function detectMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

function parseCharset(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType)?.[1]
}

/** The number of bytes in which a document can declare its encoding. */
const DECLARATION_BYTES = 1024

function findDeclaration(bytes: Uint8Array, contentType: string): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, DECLARATION_BYTES))
  if (start.startsWith('<\0?\0x\0')) return 'utf-16le'
  if (start.startsWith('\0<\0?\0x')) return 'utf-16be'
  const encoding = findEncoding(
    /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([^"'\s>]+)/.exec(start)?.[1] ?? findMeta(start, contentType),
  )
  // These labels were read as ASCII, so the document is not in UTF-16.
  if (encoding?.startsWith('utf-16')) return 'utf-8'
  return encoding === 'x-user-defined' ? 'windows-1252' : encoding
}

function findMeta(start: string, contentType: string): string | undefined {
  const isHtml = /^[^;]*\bx?html\b/i.test(contentType) || /^\s*<(!doctype\s+html|html|head)\b/i.test(start)
  if (!isHtml) return undefined
  return /<meta\s[^>]*?charset\s*=\s*["']?\s*([^"'\s/>;]+)/i.exec(start.replaceAll(/<!--.*?(-->|$)/gs, ''))?.[1]
}
