import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { isHeaderName } from '../../http/index.ts'

const header = z
  .string()
  .refine(isHeaderName, 'must be the name of a header')
  .transform((name) => name.toLowerCase())
const prefix = z
  .string()
  .max(50)
  .regex(/^[!-+\--~]*$/, 'must be printable ASCII without spaces or commas')

const signatureSchema = z
  .strictObject({
    header,
    algorithm: z.enum(['hmac-sha256', 'hmac-sha1']),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: prefix.default(''),
    timestampHeader: header.optional(),
    timestampPrefix: prefix.default(''),
    toleranceSeconds: z.int().min(1).max(86_400).default(300),
    payload: z.string().max(200).optional(),
  })
  .transform(({ payload, ...rest }) => ({
    ...rest,
    payload: payload ?? (rest.timestampHeader ? '{timestamp}.{body}' : '{body}'),
  }))
  .refine(({ payload }) => payload.split('{body}').length === 2, { path: ['payload'], message: 'must contain {body} once' })
  .refine(({ payload, timestampHeader }) => payload.includes('{timestamp}') === (timestampHeader !== undefined), {
    path: ['payload'],
    message: 'must contain {timestamp} if and only if timestampHeader is set, because an unsigned time proves nothing',
  })

/** See `Webhook` of the SDK. */
export const webhookSchema = z.strictObject({
  events: z
    .array(z.strictObject({ name: z.string().min(1).max(200), description: z.string().max(1000) }))
    .min(1)
    .max(500),
  signature: signatureSchema,
})

type Webhook = z.output<typeof webhookSchema>

/** Further signatures in a header are ignored. */
const MAX_SIGNATURES = 10

/**
 * Whether a message has a valid and recent signature. The time it takes does not reveal what is wrong with a signature.
 *
 * @param secret the secret that is shared with the service
 * @param rawBody the received bytes
 * @param now milliseconds since 1970
 */
export function verifyWebhookSignature(
  { signature: declared }: Pick<Webhook, 'signature'>,
  secret: string,
  headers: Headers,
  rawBody: Uint8Array,
  now: number,
): boolean {
  const timestamp = declared.timestampHeader && readTimestamp(headers, declared.timestampHeader, declared.timestampPrefix)
  if (timestamp !== undefined && !isRecent(timestamp, declared.toleranceSeconds, now)) return false
  const hmac = createHmac(declared.algorithm.slice('hmac-'.length), secret)
  const [before = '', after = ''] = declared.payload.replaceAll('{timestamp}', () => timestamp ?? '').split('{body}')
  const expected = hmac.update(before).update(rawBody).update(after).digest()
  const given = listParts(headers, declared.header, declared.prefix).slice(0, MAX_SIGNATURES)
  // All signatures are compared, so that the duration does not reveal which one is valid.
  return given.map((text) => isSame(Buffer.from(text, declared.encoding), expected)).includes(true)
}

/** Returns the elements of a header that start with a prefix, without the prefix. */
function listParts(headers: Headers, name: string, prefix: string): string[] {
  const parts = (headers.get(name) ?? '').split(/[\s,]+/)
  return parts.filter((part) => part !== '' && part.startsWith(prefix)).map((part) => part.slice(prefix.length))
}

/** @returns '' when the header has no timestamp */
function readTimestamp(headers: Headers, name: string, prefix: string): string {
  return listParts(headers, name, prefix)[0] ?? ''
}

function isRecent(timestamp: string, toleranceSeconds: number, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds
}

function isSame(actual: Buffer, expected: Buffer): boolean {
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
