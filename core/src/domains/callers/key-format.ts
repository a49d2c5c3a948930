import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

// An API key is `ash_`, 30 random characters and 6 characters of their CRC-32, all from 0-9, A-Z and a-z. Programs that
// search for leaked secrets find it by its shape, and verify it by the checksum without a request.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const START = 'ash_'
const RANDOM_LENGTH = 30
const CHECKSUM_LENGTH = 6
/** The part by which a user recognizes a key. 26 characters (154 bits) remain secret. */
const PREFIX_LENGTH = START.length + 4

/** Creates a key with 178 random bits. */
export function createKey(): string {
  const random = randomText(RANDOM_LENGTH)
  return `${START}${random}${checksum(random)}`
}

/** Whether a text can be a key. A key in another format, such as the owner key, has no checksum. */
export function isPlausibleKey(text: string): boolean {
  if (!text.startsWith(START)) return true
  const random = text.slice(START.length, START.length + RANDOM_LENGTH)
  return random.length === RANDOM_LENGTH && text.slice(START.length + RANDOM_LENGTH) === checksum(random)
}

export function keyPrefix(key: string): string {
  return key.slice(0, PREFIX_LENGTH)
}

/** Keys have at least 178 random bits, so a fast hash is sufficient. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** Each character is equally likely: bytes beyond the last multiple of the length of the alphabet are not used. */
function randomText(length: number): string {
  const limit = 256 - (256 % ALPHABET.length)
  let text = ''
  while (text.length < length) {
    const usable = [...randomBytes(length)].filter((byte) => byte < limit)
    text += usable.map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  }
  return text.slice(0, length)
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = `${ALPHABET[rest % ALPHABET.length]}${digits}`
    rest = Math.floor(rest / ALPHABET.length)
  }
  return digits
}
