import { createHash } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'

const MAX_KEY_CHARS = 255

/** What the database stores of a key: nothing from which the key or the arguments could be read. */
export interface KeyHash {
  /** Hash of the key. */
  key: string
  /** Hash of the key and the arguments. Arguments such as a password are easier to guess than the key. */
  request: string
}

/**
 * @param request the operation and its arguments, as JSON
 * @throws {AshlarError} BAD_INPUT when the key is not 1 to 255 characters long
 */
export function hashIdempotencyKey(key: string, request: unknown): KeyHash {
  if (key.length === 0 || key.length > MAX_KEY_CHARS) {
    const message = `idempotencyKey must have 1 to ${MAX_KEY_CHARS} characters, got ${key.length}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['idempotencyKey'] } })
  }
  return { key: hash(key), request: hash(`${key}\n${hash(toCanonicalJson(request))}`) }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
