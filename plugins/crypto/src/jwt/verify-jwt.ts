import { defineBlock, type BlockContext } from '@ashlar/sdk'
import { z } from 'zod'
import { readSecret, secretGrant } from '../secrets/provider.ts'
import { showText } from '../bytes/index.ts'
import { ALGORITHMS, verify, type Algorithm } from './algorithms.ts'
import { parseJwk, parseKey, type Key } from './keys.ts'
import { readKey } from './sign-jwt.ts'
import { parseToken, type Token } from './token.ts'

const TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'

const ED_TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.'

const credentials = { secret: { type: 'API_KEY', key: 'your-256-bit-secret' } } as const

export const verifyJwt = defineBlock({
  id: 'e749509a-4262-44a5-80a4-7f609aa53e29',
  name: 'verify-jwt',
  description: 'Check the signature and the times of a JSON Web Token.',
  category: 'CRYPTO',
  icon: 'shield-check',
  synonyms: ['jwt', 'json web token', 'validate token', 'jwks', 'check token', 'authenticate', 'bearer token'],
  capabilities: secretGrant,
  input: z.object({
    token: z.string().min(1).meta({ description: 'The token.', secret: true }),
    algorithms: z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .default(['HS256'])
      .describe('The algorithms that are allowed. Never allow HS… for a public key.'),
    public_key: z
      .unknown()
      .default('')
      .describe(
        'For RS…, PS…, ES… and EdDSA: the public key as PEM, a JSON Web Key, or a set of keys (JWKS). Empty for HS…, whose secret is the credential.',
      ),
    issuer: z.string().default('').describe('The value that the claim "iss" must have. Empty for any.'),
    audience: z.string().default('').describe('A value that the claim "aud" must contain. Empty for any.'),
    tolerance: z.int().min(0).default(60).describe('The seconds by which clocks may differ.'),
  }),
  output: z.object({
    valid: z.boolean().describe('Whether the token is valid.'),
    claims: z.record(z.string(), z.unknown()).describe('The content, if the token is valid.'),
    reason: z.string().describe('Why the token is not valid.'),
  }),
  tests: [
    {
      input: { token: TOKEN },
      credentials,
      output: [
        ['valid', true],
        ['claims', { sub: '1234567890', name: 'John Doe', iat: 1516239022 }],
      ],
    },
    {
      input: { token: `${TOKEN.slice(0, -2)}aa` },
      credentials,
      output: [
        ['valid', false],
        ['reason', 'the signature does not match the key'],
      ],
    },
    {
      input: { token: TOKEN, issuer: 'me' },
      credentials,
      output: [
        ['valid', false],
        ['reason', 'the issuer must be "me", got nothing'],
      ],
    },
    {
      name: 'an algorithm that is not allowed',
      input: { token: TOKEN, algorithms: ['RS256'], public_key: 'x' },
      output: [
        ['valid', false],
        ['reason', 'the algorithm must be RS256, got "HS256"'],
      ],
    },
    {
      input: { token: 'a.b.c' },
      output: [
        ['valid', false],
        ['reason', (reason: string) => reason.startsWith('token must have')],
      ],
    },
    {
      input: { token: `${ED_TOKEN}AA`, algorithms: ['EdDSA'], public_key: 'nonsense' },
      output: [['error', 'public_key cannot be used: it must be a PEM key ("-----BEGIN …") or a JSON Web Key']],
    },
  ],
  async *run({ token: text, public_key: publicKey, ...rules }, context) {
    const result = await check(text, publicKey, rules, context)
    yield ['valid', typeof result !== 'string']
    if (typeof result === 'string') yield ['reason', result]
    else yield ['claims', result]
  },
})

interface Rules {
  readonly algorithms: readonly Algorithm[]
  readonly issuer: string
  readonly audience: string
  readonly tolerance: number
}

/** Returns the claims of a valid token, or the reason why it is not valid. */
async function check(
  text: string,
  publicKey: unknown,
  rules: Rules,
  context: BlockContext,
): Promise<Record<string, unknown> | string> {
  const token = tryParse(text)
  if (typeof token === 'string') return token
  const algorithm = rules.algorithms.find((each) => each === token.header['alg'])
  if (!algorithm) return `the algorithm must be ${rules.algorithms.join(' or ')}, got ${showText(token.header['alg'])}`
  const keys = isEmpty(publicKey) ? [readKey(await readSecret(context), algorithm)] : readPublicKeys(publicKey, token, algorithm)
  if (!keys.some((key) => verify(algorithm, key, token.signed, token.signature))) return 'the signature does not match the key'
  return findWrongClaim(token.claims, rules) ?? token.claims
}

function tryParse(text: string): Token | string {
  try {
    return parseToken(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function isEmpty(key: unknown): boolean {
  return key === '' || key === null || key === undefined
}

/** A public key must never serve as the secret of HMAC. */
function readPublicKeys(given: unknown, { header }: Token, algorithm: Algorithm): Key[] {
  if (algorithm.startsWith('HS')) throw new Error(`public_key must be empty for ${algorithm}, whose secret is the credential`)
  try {
    const value: unknown = typeof given === 'string' && /^\s*\{/.test(given) ? JSON.parse(given) : given
    if (typeof value === 'string') return [parseKey(value)]
    const set = (value as { keys?: unknown }).keys
    if (!Array.isArray(set)) return [parseJwk(value)]
    const named = set.filter((key: { kid?: unknown; use?: unknown }) => header['kid'] === undefined || key.kid === header['kid'])
    return named.flatMap((key) => tryJwk(key, algorithm))
  } catch (cause) {
    throw new Error(`public_key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** A set may contain keys of other algorithms. */
function tryJwk(value: unknown, algorithm: Algorithm): Key[] {
  try {
    const key = parseJwk(value)
    const isRsa = /^[RP]S/.test(algorithm)
    return (key.type === 'RSA') === isRsa && key.type !== 'secret' ? [key] : []
  } catch {
    return []
  }
}

function findWrongClaim(claims: Record<string, unknown>, { issuer, audience, tolerance }: Rules): string | undefined {
  const now = Date.now() / 1000
  const { exp, nbf, iss, aud } = claims
  if (exp !== undefined && !(typeof exp === 'number' && now < exp + tolerance))
    return `the token has expired: exp is ${showText(exp)}`
  if (nbf !== undefined && !(typeof nbf === 'number' && now >= nbf - tolerance))
    return `the token is not valid yet: nbf is ${showText(nbf)}`
  if (issuer !== '' && iss !== issuer)
    return `the issuer must be ${showText(issuer)}, got ${iss === undefined ? 'nothing' : showText(iss)}`
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audience !== '' && !audiences.includes(audience))
    return `the audience must contain ${showText(audience)}, got ${aud === undefined ? 'nothing' : showText(aud)}`
  return undefined
}
