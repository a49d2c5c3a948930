import { decodeText, type DecodedText } from '@ashlar/sdk'

/**
 * The form in which to return a body. `auto` depends on the media type, or on the bytes if the media type does not
 * determine the form.
 */
type ContentForm = 'auto' | 'text' | 'base64'

/** The body of a response, as text or as bytes. */
type Content = { text: DecodedText } | { base64: string }

export function toContent(
  bytes: Uint8Array,
  contentType: string,
  { form, encoding }: { form: ContentForm; encoding: string | undefined },
): Content {
  const options = { contentType, ...(encoding !== undefined && { encoding }) }
  if (form === 'text' || (form === 'auto' && (encoding !== undefined || isText(bytes, contentType))))
    return { text: decodeText(bytes, options) }
  return { base64: bytes.toBase64() }
}

const TEXT =
  /^(text|message|multipart)\/|^application\/(json|xml|yaml|x-yaml|javascript|graphql|sql|toml|x-www-form-urlencoded|x-ndjson)$|\+(json|xml|yaml)$/
const BINARY =
  /^(image|audio|video|font|model)\/|^application\/(pdf|zip|gzip|x-gzip|x-tar|x-bzip2|x-7z-compressed|wasm|msgpack|protobuf|x-protobuf|vnd\.)/

function isText(bytes: Uint8Array, contentType: string): boolean {
  const essence = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (bytes.length === 0 || TEXT.test(essence)) return true
  return !BINARY.test(essence) && !looksBinary(bytes)
}

/**
 * Returns whether bytes without a byte order mark contain a byte that does not occur in text, or are not UTF-8.
 * Source: WHATWG MIME Sniffing, section 7.2.
 */
function looksBinary(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 1445)
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) return false
  const isBinary = (byte: number): boolean =>
    byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f)
  return start.some(isBinary) || decodeText(bytes).encoding === 'windows-1252'
}
