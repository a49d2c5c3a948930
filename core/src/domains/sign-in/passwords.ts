import { hash, verify } from '@node-rs/argon2'
import { AshlarError } from '../../base/index.ts'

// Argon2id with the first parameters that OWASP recommends: 19 MiB of memory and 2 iterations. NIST SP 800-63B: a
// minimum length and no rules of composition.

const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CURRENT = `$argon2id$v=19$m=${OPTIONS.memoryCost},t=${OPTIONS.timeCost},p=${OPTIONS.parallelism}$`
const MIN_LENGTH = 12
/** In UTF-16 code units. A longer password would only cost CPU time. */
const MAX_LENGTH = 256

/** Verified when a user does not exist or has no password, so that the time of the answer does not reveal it. */
const dummyHash = hash('the dummy password', OPTIONS)

/** @throws {AshlarError} BAD_INPUT when the password has less than 12 or more than 256 characters */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < MIN_LENGTH || password.length > MAX_LENGTH) {
    const message = `the password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters, got ${password.length}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['password'] } })
  }
  return hash(password.normalize('NFKC'), OPTIONS)
}

/**
 * Takes the same time whether there is a hash or not.
 *
 * @param stored undefined when there is no password
 */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  const candidate = password.length > MAX_LENGTH ? '' : password.normalize('NFKC')
  const matches = await verify(stored ?? (await dummyHash), candidate)
  return matches && stored !== undefined
}

/** Whether the hash was made with other parameters than those of today. */
export function isOutdatedHash(stored: string): boolean {
  return !stored.startsWith(CURRENT)
}
