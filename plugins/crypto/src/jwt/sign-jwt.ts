import { defineBlock, stringifyJson } from '@ashlar/sdk'
import { z } from 'zod'
import { readSecret, secretGrant } from '../secrets/provider.ts'
import { ALGORITHMS, sign, type Algorithm } from './algorithms.ts'
import { parseKey, type Key } from './keys.ts'
import { encodePart } from './token.ts'

const credentials = { secret: { type: 'API_KEY', key: 'your-256-bit-secret' } } as const

export const signJwt = defineBlock({
  id: '190ddff6-3ef0-4de4-864b-a270a220a686',
  name: 'sign-jwt',
  description: 'Create a signed JSON Web Token.',
  category: 'CRYPTO',
  icon: 'id-card',
  synonyms: ['jwt', 'json web token', 'create token', 'jws', 'service account', 'rs256', 'hs256', 'es256', 'encode jwt'],
  capabilities: secretGrant,
  input: z.object({
    claims: z.record(z.string(), z.unknown()).meta({ description: 'The content.', examples: [{ sub: 'user-1', iss: 'my-app' }] }),
    algorithm: z
      .enum(ALGORITHMS)
      .default('HS256')
      .describe('HS… needs a secret as credential; RS…, PS…, ES… and EdDSA a private key, as PEM or JSON Web Key.'),
    expires_in: z
      .int()
      .min(0)
      .default(3600)
      .describe('The seconds until the token expires. 0 for no expiry, or if the claims have "exp".'),
    header: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'More fields of the header.', examples: [{ kid: 'key-1' }], advanced: true }),
  }),
  output: z.object({ token: z.string().meta({ description: 'The token.', secret: true }) }),
  tests: [
    {
      name: 'HS256',
      input: { claims: { sub: '1234567890', name: 'John Doe', iat: 1516239022 }, expires_in: 0 },
      credentials,
      output: [
        [
          'token',
          'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
        ],
      ],
    },
    {
      name: 'sets the times',
      input: { claims: {}, expires_in: 60 },
      credentials,
      now: '2026-03-29T12:00:00Z',
      output: [['token', (token: string) => atob(token.split('.')[1] ?? '') === '{"iat":1774785600,"exp":1774785660}']],
    },
    {
      input: { claims: {}, algorithm: 'RS256' },
      credentials,
      output: [['error', 'the key of the credential cannot be used: it must be a PEM key ("-----BEGIN …") or a JSON Web Key']],
    },
  ],
  async *run({ claims, algorithm, expires_in: expiresIn, header }, context) {
    const key = readKey(await readSecret(context), algorithm)
    const now = Math.floor(Date.now() / 1000)
    const times = expiresIn === 0 || 'exp' in claims ? {} : { iat: now, exp: now + expiresIn }
    const parts = [
      { ...header, alg: algorithm, typ: 'JWT' },
      { ...times, ...claims },
    ].map((part) => encodePart(new TextEncoder().encode(stringifyJson(part))))
    const signed = parts.join('.')
    yield ['token', `${signed}.${encodePart(sign(algorithm, key, new TextEncoder().encode(signed)))}`]
  },
})

/** @throws {Error} whose message does not contain the key */
export function readKey(secret: string, algorithm: Algorithm): Key {
  if (algorithm.startsWith('HS') && !/^\s*\{/.test(secret)) return { type: 'secret', bytes: new TextEncoder().encode(secret) }
  try {
    return parseKey(secret)
  } catch (error) {
    const reason = error instanceof SyntaxError || !(error instanceof Error) ? 'it is not valid' : error.message
    // oxlint-disable-next-line preserve-caught-error -- the message of a cause could contain the key
    throw new Error(`the key of the credential cannot be used: ${reason}`)
  }
}
