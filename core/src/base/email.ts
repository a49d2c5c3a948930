import { isText } from './text.ts'

/** Source: RFC 5321, section 4.5.3.1.3, without the angle brackets. */
const MAX_LENGTH = 254

/**
 * Returns the form in which addresses are stored and compared: without spaces around it, and with `a-z` for `A-Z`.
 * Other letters stay as they are. The lower case of some of them is an ASCII letter: that of the Kelvin sign is `k`, so
 * that one person could obtain the address of another one.
 *
 * @returns undefined when the text is not an address
 */
export function normalizeEmail(text: string): string | undefined {
  const email = text.trim().replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  const isAddress = email.length <= MAX_LENGTH && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(email) && isText(email)
  return isAddress ? email : undefined
}
