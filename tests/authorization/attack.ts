import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiKeyScope } from '@ashlar/core'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { World } from './world.ts'

const AUDIENCE = 'https://ashlar.example'

/** What a request authenticates with, and whether the server must refuse it. */
export interface Attacker {
  name: string
  authorization: string | undefined
  isKnown: boolean
}

export interface TestTokens {
  issuer: string
  /** The setting that makes the server accept tokens of the issuer. */
  setting: object
  attackers: Attacker[]
  close(): void
}

/** Tokens of an issuer on this machine that the server must refuse. */
export async function createBadTokens(): Promise<TestTokens> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const claims = (audience = AUDIENCE, iss = issuer) => ({ sub: 'eve', iss, aud: audience })
  const sign = (payload: Record<string, string>, expires = '1h', key = privateKey) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one' }).setExpirationTime(expires).sign(key)
  const forged = await generateKeyPair('RS256')
  const publicText = new TextEncoder().encode(await exportSPKI(publicKey))
  const tokens = {
    'a token of a person without a user': await sign(claims()),
    'an expired token': await sign(claims(), '-1h'),
    'a token for another audience': await sign(claims('https://other.example')),
    'a token of another issuer': await sign(claims(AUDIENCE, 'https://other.example')),
    'a token with a forged signature': await sign(claims(), '1h', forged.privateKey),
    'a token without a signature': new UnsecuredJWT(claims()).setExpirationTime('1h').encode(),
    'a token signed with the public key': await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setExpirationTime('1h')
      .sign(publicText),
    'a token that is too long': await sign({ ...claims(), padding: 'x'.repeat(20_000) }),
  }
  return {
    issuer,
    setting: { issuer, audience: AUDIENCE, jwksUrl: `${issuer}/jwks` },
    attackers: Object.entries(tokens).map(([name, token]) => ({ name, authorization: `Bearer ${token}`, isKnown: false })),
    close: () => server.close(),
  }
}

const SCOPES: ApiKeyScope[] = [
  'READ_GRAPHS',
  'WRITE_GRAPHS',
  'EXECUTE',
  'READ_EXECUTIONS',
  'MANAGE_CREDENTIALS',
  'PUBLISH_PLUGINS',
  'MANAGE_ACCOUNT',
]

/** Keys of a user: valid ones with all scopes, one scope or a limit, and ones that the server refuses. */
export async function createKeys({ runtime }: World, userId: string): Promise<Attacker[]> {
  const create = async (name: string, limits: object): Promise<Attacker> => {
    const all = { name, scopes: SCOPES, accountIds: null, graphIds: null, expiresAt: null, ...limits }
    const { secret } = await runtime.apiKeys.create(userId, all)
    return { name, authorization: `Bearer ${secret}`, isKnown: true }
  }
  const valid = [await create('a key with all scopes', {}), await create('a limited key', { accountIds: [userId] })]
  for (const scope of SCOPES) valid.push(await create(`a key with ${scope}`, { scopes: [scope] }))
  const expired = await create('an expired key', { expiresAt: new Date(Date.now() - 1000) })
  const [first] = valid
  const refused = {
    'a shortened key': first?.authorization?.slice(0, -1),
    'a key with a wrong checksum': `${first?.authorization?.slice(0, -1)}!`,
    'a key that does not exist': `Bearer ash_${randomBytes(27).toString('hex').slice(0, 36)}`,
    'another scheme': 'Basic ZXZlOmV2ZQ==',
    'no key': undefined,
  }
  return [
    ...valid,
    { ...expired, isKnown: false },
    ...Object.entries(refused).map(([name, authorization]) => ({ name, authorization, isKnown: false })),
  ]
}

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
