import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'

/**
 * Encrypts secrets with AES-256-GCM. The context, such as the id of a row, is authenticated, so that the secret of one
 * row cannot be copied to another. Source: NIST SP 800-38D.
 */
export interface SecretBox {
  seal(text: string, context: string): Sealed
  /**
   * @throws {AshlarError} CREDENTIAL_UNREADABLE when the key is missing, or the value was not sealed for this context
   */
  open(sealed: Sealed, context: string): string
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
 * @param keys base64 of 32 bytes each; the first one seals, all of them open
 * @throws {AshlarError} CONFIG_INVALID when a key has another length; `seal` throws it when there are no keys
 */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const keysById = new Map(keys.map(parseKey).map((key) => [hashKey(key), key]))
  const [newest] = keysById
  return {
    seal(text, context) {
      if (!newest) throw new AshlarError('CONFIG_INVALID', 'this installation has no key for credentials; set ASHLAR_SECRET_KEY')
      const [keyId, key] = newest
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return { keyId, bytes: Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]) }
    },
    open({ keyId, bytes }, context) {
      const key = keysById.get(keyId)
      if (!key) throw unreadable('its key is not in ASHLAR_SECRET_KEY or the data directory')
      const sealed = Buffer.from(bytes)
      const tagOffset = 1 + NONCE_BYTES
      try {
        if (sealed[0] !== FORMAT) throw new Error(`format ${sealed[0]}`)
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, tagOffset), { authTagLength: TAG_BYTES })
        decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(tagOffset, tagOffset + TAG_BYTES))
        return decipher.update(sealed.subarray(tagOffset + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch (error) {
        throw unreadable('its stored value is damaged or belongs to another credential', error)
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

function hashKey(key: Buffer): string {
  return createHash('sha256').update('ashlar key id').update(key).digest('hex').slice(0, 16)
}

function unreadable(reason: string, cause?: unknown): AshlarError {
  return new AshlarError('CREDENTIAL_UNREADABLE', `the credential cannot be read: ${reason}`, { cause })
}
