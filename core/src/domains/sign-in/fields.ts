import { z } from 'zod'
import { AshlarError, isText, normalizeEmail, showValue } from '../../base/index.ts'

const emailSchema = z.email()
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => isText(name) && !/\p{Cc}/u.test(name))

/** Returns the address in the form of {@link normalizeEmail}. @throws {AshlarError} BAD_INPUT */
export function parseEmail(given: string): string {
  const parsed = emailSchema.safeParse(normalizeEmail(given))
  if (parsed.success) return parsed.data
  throw new AshlarError('BAD_INPUT', `the e-mail address must be like "name@example.com", got ${showValue(given)}`, {
    details: { path: ['email'] },
  })
}

/** @throws {AshlarError} BAD_INPUT */
export function parseUserName(given: string): string {
  const parsed = nameSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const message = `the name must have 1 to 100 characters and no control characters, got ${showValue(given)}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['name'] } })
}
