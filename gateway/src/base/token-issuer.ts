import { z } from 'zod'

const PUBLIC_KEY_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
] as const
/** `Ed25519` is the newer name of `EdDSA` with this curve. Source: RFC 9864 */
const DEFAULT_ALGORITHMS = ['ES256', 'RS256', 'EdDSA', 'Ed25519']
const SECRET_ALGORITHM = 'HS256'
/** A shorter secret can be guessed from a token. Source: RFC 7518, section 3.2 */
const MIN_SECRET_BYTES = 32
const MAX_TOLERANCE_SECONDS = 300

const text = z.string().min(1)

const fieldsSchema = z.strictObject({
  /** The claim `iss` of its tokens, exactly. */
  issuer: text,
  /** The claim `aud` must contain one of them. */
  audience: z.union([text, z.array(text).min(1)]).transform((audience) => [audience].flat()),
  /** The URL of its public keys. @default the `jwks_uri` that the issuer announces (OpenID Connect Discovery) */
  jwksUrl: z.string().refine(isKeyUrl, 'must be an https URL, or an http URL of this machine').optional(),
  /** @default ES256, RS256, EdDSA and Ed25519; with a secret, HS256 */
  algorithms: z
    .array(z.enum([...PUBLIC_KEY_ALGORITHMS, SECRET_ALGORITHM]))
    .min(1)
    .optional(),
  /** The accepted difference between the clocks of the issuer and this machine. @default 30 */
  clockToleranceSeconds: z.int().min(0).max(MAX_TOLERANCE_SECONDS).default(30),
  /** Signs its tokens with HS256, in place of public keys. */
  secret: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES, `must have at least ${MIN_SECRET_BYTES} bytes`)
    .optional(),
  /** The claim that identifies the person, unique and never reassigned. @default sub */
  userClaim: text.default('sub'),
  /** The claim with the names of scopes. Undefined: tokens have all scopes. */
  scopesClaim: text.optional(),
  /** Whether the issuer verifies addresses, although its tokens have no `email_verified`. @default false */
  emailsAreVerified: z.boolean().default(false),
  /** Whether tokens create users. @default false: only persons who are known here can use the API */
  signUp: z.boolean().default(false),
})

const issuerSchema = fieldsSchema
  .superRefine(({ issuer, jwksUrl, algorithms = [], secret }, context) => {
    const refuse = (field: string, message: string): void => context.addIssue({ code: 'custom', path: [field], message })
    if (secret === undefined) {
      if (jwksUrl === undefined && !isKeyUrl(issuer))
        refuse('issuer', 'must be an https URL, because there is no "jwksUrl" and no "secret"')
      if (algorithms.includes(SECRET_ALGORITHM)) refuse('algorithms', 'may contain HS256 only together with a "secret"')
    } else {
      if (jwksUrl !== undefined) refuse('secret', 'cannot be combined with "jwksUrl": use two entries')
      if (algorithms.some((algorithm) => algorithm !== SECRET_ALGORITHM))
        refuse('algorithms', 'must be HS256, because there is a "secret"')
    }
  })
  .transform(({ algorithms, ...fields }) => ({
    ...fields,
    algorithms: algorithms ?? (fields.secret === undefined ? DEFAULT_ALGORITHMS : [SECRET_ALGORITHM]),
  }))

/** An issuer whose JWTs authenticate callers. */
export type TokenIssuer = z.output<typeof issuerSchema>

/**
 * A list of issuers. One issuer may have two entries, one with public keys and one with a secret: while it migrates
 * from the one to the other, both kinds of tokens are valid.
 */
export const tokenIssuersSchema = z.array(issuerSchema).superRefine((issuers, context) => {
  const seen = new Set<string>()
  for (const [index, { issuer, secret }] of issuers.entries()) {
    const key = JSON.stringify([issuer, secret === undefined])
    if (seen.has(key))
      context.addIssue({ code: 'custom', path: [index, 'issuer'], message: 'must differ from that of the other entries' })
    seen.add(key)
  }
})

/** Whether keys may be fetched from the URL. An attacker on the network could replace keys that come over http. */
function isKeyUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, username, password } = new URL(url)
  return (protocol === 'https:' || isLocalHttp(url)) && `${username}${password}` === ''
}

/** Whether the URL has the scheme http and an address of this machine. */
export function isLocalHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && (/^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost')
}
