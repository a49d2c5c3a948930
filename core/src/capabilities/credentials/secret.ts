import { z } from 'zod'
import { isHeaderName } from '../http/index.ts'
import { baseUrlSchema } from './provider/index.ts'

/** A shorter secret would often occur by chance, so unrelated text would be masked. */
const MIN_SECRET = 4

const secretText = z
  .string()
  .trim()
  .min(MIN_SECRET, `must have at least ${MIN_SECRET} characters`)
  .max(16_384)
  .regex(/^[\x20-\x7e]+$/, 'must be printable ASCII, on one line')

/** The secret of a credential, by its type. */
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
      .refine((headers) => Object.keys(headers).every(isHeaderName), 'must contain only headers that may be set')
      .refine((headers) => Object.keys(headers).length > 0, 'must have at least one header')
      .refine((headers) => Object.keys(headers).length <= 20, 'must have at most 20 headers'),
  }),
  z.strictObject({ type: z.literal('ENDPOINT'), baseUrl: baseUrlSchema.exactOptional(), key: secretText.exactOptional() }),
])

/** The service issues the OAuth 2 token. The refresh token is not part of the secret. */
export type Secret = z.output<typeof secretSchema> | { type: 'OAUTH2'; accessToken: string }

/**
 * Lists every encoding in which one of the secrets may appear in a response, longest first.
 *
 * @param hidden further texts to hide
 */
export function listSecretSpellings(secrets: readonly Secret[], hidden: readonly string[] = []): string[] {
  const texts = [...secrets.flatMap(listSecretTexts), ...hidden].flatMap((text) => [
    text,
    ...percentEncode(text),
    ...escapeJson(text),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ])
  return [...new Set(texts)].toSorted((a, b) => b.length - a.length)
}

function percentEncode(text: string): string[] {
  const upper = [encodeURIComponent(text), new URLSearchParams({ '': text }).toString().slice(1)]
  return [...upper, ...upper.map((each) => each.replace(/%../g, (code) => code.toLowerCase()))]
}

/**
 * The characters that JSON writers escape as `\uXXXX` without having to: none (JavaScript); Python and PHP; Go; Gson;
 * .NET.
 */
const JSON_ESCAPE_PATTERNS = [/(?!)/g, /[^\0-\x7f]/g, /[<>&]/g, /[<>&=']/g, /\\"|[<>&'+`]|[^\0-\x7e]/g]

/** Returns the text with escapes in lower and upper case, and with `/` and `\/` (PHP). */
function escapeJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const escapedTexts = JSON_ESCAPE_PATTERNS.flatMap((escaped) => [
    json.replace(escaped, (found) => `\\u${toHex(found)}`),
    json.replace(escaped, (found) => `\\u${toHex(found).toUpperCase()}`),
  ])
  return [...escapedTexts, ...escapedTexts.map((each) => each.replaceAll('/', '\\/'))]
}

/** Returns the code of a character. A backslash before the character is ignored. */
function toHex(found: string): string {
  const unit = found.charCodeAt(found.length - 1)
  return unit.toString(16).padStart(4, '0')
}

function listSecretTexts(secret: Secret): string[] {
  if (secret.type === 'API_KEY') return [secret.key]
  if (secret.type === 'OAUTH2') return [secret.accessToken]
  if (secret.type === 'ENDPOINT') return secret.key === undefined ? [] : [secret.key]
  if (secret.type === 'USER_PASSWORD') {
    const { username, password } = secret
    // The last one is a login of mail servers. Source: RFC 4616.
    return [password, `${username}:${password}`, `\0${username}\0${password}`]
  }
  // The scheme before a token is not secret. A response may contain the token alone.
  const tokens = Object.values(secret.headers).map((value) => value.replace(/^[A-Za-z][\w-]* +/, ''))
  return [...Object.values(secret.headers), ...tokens.filter(({ length }) => length >= MIN_SECRET)]
}
