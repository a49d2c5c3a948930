import { z } from 'zod'
import { isHeaderName } from '../http/index.ts'

/** Shorter ones would be found, and masked, in too much that is none. */
const MIN_SECRET = 4

const secretText = z
  .string()
  .trim()
  .min(MIN_SECRET, `must have at least ${MIN_SECRET} characters`)
  .max(16_384)
  .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII, on one line')

/** What a credential keeps secret, by its type. */
export const secretSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('API_KEY'), key: secretText }),
  z.strictObject({
    type: z.literal('USER_PASSWORD'),
    username: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[^:\p{Cc}]+$/u, 'must not contain ":" or control characters'),
    password: z
      .string()
      .min(MIN_SECRET, `must have at least ${MIN_SECRET} characters`)
      .max(4096)
      .regex(/^\P{Cc}+$/u, 'must not contain control characters'),
  }),
  z.strictObject({
    type: z.literal('HOST_SCOPED'),
    headers: z
      .record(z.string(), secretText)
      .refine((headers) => Object.keys(headers).every(isHeaderName), 'must have names of headers that may be set')
      .refine((headers) => Object.keys(headers).length > 0, 'must have at least one header')
      .refine((headers) => Object.keys(headers).length <= 20, 'must have at most 20 headers'),
  }),
])

/** One of OAuth 2 comes from the service, not from people: what renews it is no part of it. */
export type Secret = z.output<typeof secretSchema> | { type: 'OAUTH2'; accessToken: string }

/** Every text that a server could send back and that tells one of the secrets, longest first. @param hidden more of them */
export function tellingTexts(secrets: readonly Secret[], hidden: readonly string[] = []): string[] {
  const texts = [...secrets.flatMap(rawTexts), ...hidden].flatMap((text) => [
    text,
    ...withPercents(text),
    ...inJson(text),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ])
  return [...new Set(texts)].toSorted((a, b) => b.length - a.length)
}

function withPercents(text: string): string[] {
  const upper = [encodeURIComponent(text), new URLSearchParams({ '': text }).toString().slice(1)]
  return [...upper, ...upper.map((each) => each.replace(/%../g, (code) => code.toLowerCase()))]
}

/** What writers of JSON escape as `\uXXXX` beside what they must: nothing; Python and PHP; Go; Gson; .NET. */
const ESCAPED = [/(?!)/g, /[^\0-\x7f]/g, /[<>&]/g, /[<>&=']/g, /\\"|[<>&'+`]|[^\0-\x7e]/g]

/** With the digits of escapes in both cases, and with `/` as it is and as PHP writes it. */
function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const unslashed = ESCAPED.flatMap((escaped) => [
    json.replace(escaped, (found) => `\\u${hexOf(found)}`),
    json.replace(escaped, (found) => `\\u${hexOf(found).toUpperCase()}`),
  ])
  return [...unslashed, ...unslashed.map((each) => each.replaceAll('/', '\\/'))]
}

/** Of a character, or of the one behind a backslash. */
function hexOf(found: string): string {
  const unit = found.charCodeAt(found.length - 1)
  return unit.toString(16).padStart(4, '0')
}

function rawTexts(secret: Secret): string[] {
  if (secret.type === 'API_KEY') return [secret.key]
  if (secret.type === 'OAUTH2') return [secret.accessToken]
  if (secret.type === 'USER_PASSWORD') return [secret.password, `${secret.username}:${secret.password}`]
  // The scheme before a token is no secret; the token alone may come back.
  const tokens = Object.values(secret.headers).map((value) => value.replace(/^[A-Za-z][\w-]* +/, ''))
  return [...Object.values(secret.headers), ...tokens.filter(({ length }) => length >= MIN_SECRET)]
}
