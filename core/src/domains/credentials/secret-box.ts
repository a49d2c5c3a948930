import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'

/** Seals secrets with AES-256-GCM (NIST SP 800-38D) for one place, so that a row cannot be put in the place of another. */
export interface SecretBox {
  seal(text: string, place: string): Sealed
  /** @throws {AshlarError} CREDENTIAL_UNREADABLE when the key is not there, or it is not what was sealed for this place */
  open(sealed: Sealed, place: string): string
}

export interface Sealed {
  keyId: string
  /** Format 1: one byte 1, 12 bytes nonce, 16 bytes tag, ciphertext. */
  bytes: Uint8Array
}

const FORMAT = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/**
 * @param keys base64, each 32 bytes: the first seals, every one opens
 * @throws {AshlarError} CONFIG_INVALID when one has another length, and at the first use when there is none
 */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const known = new Map(keys.map(parseKey).map((key) => [idOf(key), key]))
  const [newest] = known
  return {
    seal(text, place) {
      if (!newest) throw new AshlarError('CONFIG_INVALID', 'there is no key for credentials')
      const [keyId, key] = newest
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return { keyId, bytes: Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]) }
    },
    open({ keyId, bytes }, place) {
      const key = known.get(keyId)
      if (!key) throw unreadable('it was stored with another key than those in ASHLAR_SECRET_KEY or the data directory')
      const sealed = Buffer.from(bytes)
      const tagAt = 1 + NONCE_BYTES
      try {
        if (sealed[0] !== FORMAT) throw new Error(`format ${sealed[0]}`)
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, tagAt), { authTagLength: TAG_BYTES })
        decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES))
        return decipher.update(sealed.subarray(tagAt + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch (error) {
        throw unreadable('it is not what was stored', error)
      }
    },
  }
}

function parseKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (key.length !== KEY_BYTES)
    throw new AshlarError('CONFIG_INVALID', `a key for credentials must have ${KEY_BYTES} bytes, got ${key.length}`)
  return key
}

function idOf(key: Buffer): string {
  return createHash('sha256').update('ashlar key id').update(key).digest('hex').slice(0, 16)
}

function unreadable(why: string, cause?: unknown): AshlarError {
  return new AshlarError('CREDENTIAL_UNREADABLE', `the credential cannot be read: ${why}`, { cause })
}
