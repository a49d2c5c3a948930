export { createIdempotencyKeys, findKey, IS_VALID, removeOldKeys } from './idempotency-keys.ts'
export type { IdempotencyKeys, IdempotentRequest } from './idempotency-keys.ts'
export { hashIdempotencyKey } from './key-hash.ts'
export type { KeyHash } from './key-hash.ts'
