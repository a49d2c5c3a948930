import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** The first byte of an encrypted text: the version of the format. */
export const VERSION = 1
export const SALT_BYTES = 16
export const NONCE_BYTES = 12

/** Derives a key for one message, so that a key of any length encrypts any number of messages. */
export function deriveKey(secret: string, salt: Uint8Array): Uint8Array {
  return hkdf(sha256, new TextEncoder().encode(secret), salt, new TextEncoder().encode('ashlar/crypto/encrypt'), 32)
}

const MIN_SECRET_CHARACTERS = 16

/** @throws {Error} when the key could be guessed */
export function checkSecret(secret: string): void {
  if (secret.length < MIN_SECRET_CHARACTERS)
    throw new Error(`the key of the credential must have at least ${MIN_SECRET_CHARACTERS} characters; use a random key`)
}
