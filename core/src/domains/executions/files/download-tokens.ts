import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { AshlarError } from '../../../base/index.ts'

/** The file that a download token gives access to. */
interface Download {
  ownerId: string
  executionId: string
  path: string
}

/** Signs and verifies the tokens of downloads. */
export interface DownloadTokens {
  /** @throws {AshlarError} CONFIG_INVALID when the installation has no key */
  sign(download: Download, expiresAt: Date): string
  /** @returns undefined when this installation has not signed the token, or when it has expired */
  verify(token: string, now?: Date): Download | undefined
}

const payloadSchema = z.strictObject({ o: z.string(), e: z.string(), p: z.string(), t: z.number() })
/** A token with the longest path, which has 1024 bytes, is shorter. */
const MAX_CHARS = 10_000

/**
 * A token is `<payload>.<signature>`, both base64url. The signature is the HMAC-SHA-256 of the payload.
 *
 * @param secretKeys the keys of the installation, which all its processes have. The first signs; all verify.
 */
export function createDownloadTokens(secretKeys: readonly string[]): DownloadTokens {
  const keys = secretKeys.map((key) => createHmac('sha256', Buffer.from(key, 'base64')).update('ashlar file downloads').digest())
  const signWith = (key: Buffer, payload: string): Buffer => createHmac('sha256', key).update(payload).digest()
  return {
    sign({ ownerId, executionId, path }, expiresAt) {
      const [key] = keys
      if (!key) throw new AshlarError('CONFIG_INVALID', 'this installation has no key to sign downloads; set ASHLAR_SECRET_KEY')
      const json = JSON.stringify({ o: ownerId, e: executionId, p: path, t: expiresAt.getTime() })
      const payload = Buffer.from(json).toString('base64url')
      return `${payload}.${signWith(key, payload).toString('base64url')}`
    },
    verify(token, now = new Date()) {
      const [payload = '', signature = '', ...rest] = token.length > MAX_CHARS ? [] : token.split('.')
      const given = Buffer.from(signature, 'base64url')
      const isSigned = keys.some((key) => {
        const expected = signWith(key, payload)
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
      if (!isSigned || rest.length > 0) return undefined
      const {
        o: ownerId,
        e: executionId,
        p: path,
        t,
      } = payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
      return now.getTime() < t ? { ownerId, executionId, path } : undefined
    },
  }
}
