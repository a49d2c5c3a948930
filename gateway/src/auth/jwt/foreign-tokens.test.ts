import { createHmac } from 'node:crypto'
import type { ForeignIdentity, User } from '@ashlar/core'
import fc from 'fast-check'
import { base64url, exportSPKI, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTestIssuer, TEST_AUDIENCE, type TestIssuer } from '../../testing/test-issuer.ts'
import { createForeignTokens, type ForeignTokens } from './foreign-tokens.ts'
import { isJwt } from './read-token.ts'
import { tokenIssuersSchema } from '../../base/token-issuer.ts'

const SECRET = 'the secret of an issuer, as Supabase had it'

let issuer: TestIssuer
let publicKey: CryptoKey
let tokens: ForeignTokens
let resolved: ForeignIdentity[]
let log: string[]
beforeEach(async () => {
  issuer = await startTestIssuer()
  publicKey = await issuer.addKey('ES256', 'one')
  open({})
})
afterEach(async () => {
  vi.useRealTimers()
  tokens.close()
  await issuer.close()
})

function open(fields: object, ...more: object[]): void {
  tokens?.close()
  resolved = []
  log = []
  const issuers = tokenIssuersSchema.parse([{ issuer: issuer.issuer, audience: TEST_AUDIENCE, ...fields }, ...more])
  const identities = {
    resolve: async (identity: ForeignIdentity): Promise<User | undefined> => {
      resolved.push(identity)
      return identity.subject === 'nobody' ? undefined : ({ id: `user ${identity.subject}` } as User)
    },
  }
  const write = (line: string): void => void log.push(line)
  tokens = createForeignTokens(issuers, identities, { info: write, error: write })
}

const outcome = (token: string): Promise<string> =>
  tokens.accept(token).then(
    ({ userId }) => userId,
    (error: Error) => `${error.name}: ${error.message}`,
  )
const encode = (value: unknown): string => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))
const now = (): number => Math.floor(Date.now() / 1000)

describe('a token', () => {
  it.each(['ES256', 'RS256', 'EdDSA', 'Ed25519'])('signed with %s is accepted', async (algorithm) => {
    await issuer.addKey(algorithm, algorithm)
    open({})
    expect(await outcome(await issuer.sign())).toBe('user ada')
  })

  it('without the name of its key is accepted if one of the keys verifies it', async () => {
    issuer.keys = []
    for (let i = 0; i < 3; i++) await issuer.addKey('RS256')
    open({})
    const token = await issuer.sign()
    expect(await outcome(token)).toBe('user ada')
    issuer.keys.pop()
    open({})
    expect(await outcome(token)).toBe('RejectedToken: its signature is wrong')
  })

  it.each<[string, Record<string, unknown>, object, RegExp]>([
    ['has expired', { exp: 1_000_000 }, {}, /it expired at 1970-01-12T13:46:40/],
    ['never expires', { exp: undefined }, {}, /"exp" is missing/],
    ['expires at a text', { exp: '9999999999' }, {}, /"exp" is "9999999999"/],
    ['is not valid yet', { nbf: 9_999_999_999 }, {}, /it is not valid before 2286/],
    ['is for another audience', { aud: 'https://other.example' }, {}, /"aud" is "https:\/\/other.example"/],
    ['has no audience', { aud: undefined }, {}, /"aud" is missing/],
    ['is of another issuer', { iss: 'https://other.example' }, {}, /issuer "https:\/\/other.example" is not in ASHLAR_JWT/],
    ['has no issuer', { iss: undefined }, {}, /has no issuer/],
    ['has no subject', { sub: undefined }, {}, /claim "sub" must be a text/],
    ['has a subject that is no text', { sub: 5 }, {}, /claim "sub" must be a text/],
    ['names an unknown key', {}, { kid: 'two' }, /not one of the keys of the issuer/],
    ['is a token for logging out', {}, { typ: 'logout+jwt' }, /its type is "logout\+jwt"/],
    ['contains another token', {}, { cty: 'JWT' }, /a content type/],
  ])('that %s is rejected', async (_name, claims, header, reason) => {
    expect(await outcome(await issuer.sign(claims, header))).toMatch(reason)
  })

  it('may differ by the clock tolerance', async () => {
    const exp = now() - 20
    expect(await outcome(await issuer.sign({ exp, nbf: now() + 20 }))).toBe('user ada')
    open({ clockToleranceSeconds: 0 })
    expect(await outcome(await issuer.sign({ exp }))).toMatch(/it expired/)
    expect(await outcome(await issuer.sign({ nbf: now() + 20 }))).toMatch(/not valid before/)
  })

  it('cannot bring its own key', async () => {
    const attacker = await startTestIssuer()
    await attacker.addKey('ES256', 'one')
    const [jwk] = attacker.keys
    const urls = { jku: `${attacker.issuer}/jwks`, x5u: `${attacker.issuer}/jwks` }
    for (const header of [
      { jwk, ...urls },
      { jwk, ...urls, kid: 'two' },
      { jwk, ...urls, kid: undefined },
    ])
      expect(await outcome(await attacker.sign({ iss: issuer.issuer }, header))).toMatch(/signature is wrong|not one of the keys/)
    expect(attacker.requests).toEqual([])
    await attacker.close()
  })
})

describe('a forged token', () => {
  const claims = (): object => ({ iss: issuer.issuer, aud: TEST_AUDIENCE, sub: 'ada', exp: now() + 3600 })

  it.each(['none', 'None', 'NONE', ''])('with the algorithm "%s" is rejected', async (alg) => {
    const signature = (await issuer.sign()).split('.')[2]
    for (const end of ['', 'AA', signature])
      expect(await outcome(`${encode({ alg })}.${encode(claims())}.${end}`)).toMatch(/is not signed|not one of the "algorithms"/)
  })

  it('whose signature was removed is rejected', async () => {
    const [header, payload] = (await issuer.sign()).split('.')
    expect(await outcome(`${header}.${payload}.`)).toMatch(/is not signed/)
  })

  it('that uses the public key as a secret is rejected', async () => {
    const spki = await exportSPKI(publicKey)
    const secrets = [spki, spki.trim(), JSON.stringify(issuer.keys[0]), SECRET]
    open({}, { issuer: 'https://legacy.example', audience: TEST_AUDIENCE, secret: SECRET })
    for (const secret of secrets) {
      const input = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(claims())}`
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
      expect(await outcome(forged)).toMatch(/"HS256" is not one of the "algorithms"/)
    }
  })

  it.each([
    ['larger than 8 KiB', () => `${'A'.repeat(8192)}.A.A`, /more than 8192 bytes/],
    ['of a header that is no JSON', () => `${encode('x')}.${encode(claims())}.AA`, /header is not a JSON object/],
    ['of a header that is a list', () => `${encode([])}.${encode(claims())}.AA`, /header is not a JSON object/],
    ['of claims that are no object', () => `${encode({ alg: 'ES256' })}.${encode('"x"')}.AA`, /claims is not a JSON object/],
    [
      'with a duplicate header',
      () => `${encode('{"alg":"ES256","\\u0061lg":"none"}')}.${encode(claims())}.AA`,
      /duplicate member/,
    ],
    ['with a duplicate claim', () => `${encode({ alg: 'ES256' })}.${encode('{"iss":"a","iss":"b"}')}.AA`, /duplicate member/],
    [
      'with a critical header',
      () => `${encode({ alg: 'ES256', crit: ['b64'], b64: false })}.${encode(claims())}.AA`,
      /extension/,
    ],
    ['with a critical header that is empty', () => `${encode({ alg: 'ES256', crit: [] })}.${encode(claims())}.AA`, /extension/],
    ['with unused bits', () => `${encode({ alg: 'ES256' })}.${encode(claims())}.AB`, /not encoded as base64url/],
    ['of empty parts', () => '..', /header is not a JSON object/],
  ])('%s is rejected', async (_name, forge, reason) => {
    expect(isJwt(forge())).toBe(true)
    expect(await outcome(forge())).toMatch(reason)
  })

  it('is never accepted when it differs from a signed one in any way', async () => {
    const signed = await issuer.sign()
    expect(await outcome(signed)).toBe('user ada')
    const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='.split(''))
    const mutated = fc
      .array(fc.tuple(fc.nat(signed.length), fc.nat(3), fc.array(character, { maxLength: 4 })), { minLength: 1, maxLength: 3 })
      .map((changes) =>
        changes.reduce((text, [at, cut, added]) => text.slice(0, at) + added.join('') + text.slice(at + cut), signed),
      )
    await fc.assert(
      fc.asyncProperty(mutated, async (token) => {
        fc.pre(token !== signed)
        expect(await outcome(token)).toMatch(/^RejectedToken: /)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('an accepted token', () => {
  it('is checked once, and recalled until it expires', async () => {
    const token = await issuer.sign({ exp: now() + 3600 })
    expect(tokens.recall(token)).toBeUndefined()
    const checks = await Promise.all(Array.from({ length: 20 }, () => tokens.accept(token)))
    expect(new Set(checks).size).toBe(1)
    expect(resolved).toHaveLength(1)
    vi.useFakeTimers({ now: (now() + 3600) * 1000, toFake: ['Date'] })
    expect(tokens.recall(token)?.userId).toBe('user ada')
    vi.setSystemTime(Date.now() + 31_000)
    expect(tokens.recall(token)).toBeUndefined()
    expect(await outcome(token)).toMatch(/it expired/)
  })

  it('is checked again when the keys of its issuer change', async () => {
    const token = await issuer.sign()
    await tokens.accept(token)
    issuer.keys = []
    await issuer.addKey('ES256', 'two')
    vi.useFakeTimers({ now: Date.now() + 30_000, toFake: ['Date'] })
    expect(await outcome(await issuer.sign({ sub: 'bob' }))).toBe('user bob') // fetches the keys
    expect(tokens.recall(token)).toBeUndefined()
    expect(await outcome(token)).toMatch(/not one of the keys/)
  })

  it('needs no second look for its user if the same person has a new token', async () => {
    await tokens.accept(await issuer.sign())
    await tokens.accept(await issuer.sign({ jti: '2' }))
    expect(resolved).toHaveLength(1)
  })

  it('is resolved again after it was forgotten', async () => {
    const token = await issuer.sign()
    await tokens.accept(token)
    tokens.forget(token)
    expect(tokens.recall(token)).toBeUndefined()
    await tokens.accept(token)
    expect(resolved).toHaveLength(2)
  })

  it('has a time of expiry even if that is after the last date', async () => {
    const { expiresAt } = await tokens.accept(await issuer.sign({ exp: 1e300 }))
    expect(expiresAt.getTime()).toBe(8.64e15)
  })
})

describe('the claims', () => {
  it.each<[JWTPayload, object, Partial<ForeignIdentity>]>([
    [{ email: 'a@b.example', email_verified: true, name: 'Ada' }, {}, { email: 'a@b.example', emailVerified: true, name: 'Ada' }],
    [{ email: 'a@b.example', email_verified: 'true' }, {}, { emailVerified: true }],
    [{ email: 'a@b.example', email_verified: false }, { emailsAreVerified: true }, { emailVerified: false }],
    [{ email: 'a@b.example', email_verified: 1 }, {}, { emailVerified: false }],
    [{ email: 'a@b.example' }, {}, { emailVerified: false }],
    [{ email: 'a@b.example' }, { emailsAreVerified: true }, { emailVerified: true }],
    [{ email: 'a@b.example', user_metadata: { email_verified: true } }, {}, { emailVerified: false }],
    [{ email: 5 }, {}, { email: undefined }],
    [{ preferred_username: 'ada', name: '' }, {}, { name: 'ada' }],
    [{ oid: 'x' }, { userClaim: 'oid' }, { subject: 'x' }],
    [{ 'https://a.example/id': 'x' }, { userClaim: 'https://a.example/id' }, { subject: 'x' }],
    [{ a: { b: 'x' } }, { userClaim: 'a.b' }, { subject: 'x' }],
  ])('%j with %j are a person', async (claims, fields, identity) => {
    open(fields)
    await tokens.accept(await issuer.sign(claims))
    expect(resolved).toMatchObject([{ issuer: issuer.issuer, ...identity }])
  })

  it('of a person who is no user are answered with FORBIDDEN', async () => {
    await expect(tokens.accept(await issuer.sign({ sub: 'nobody' }))).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it.each<[JWTPayload, string[]]>([
    [{ scope: 'READ_GRAPHS EXECUTE openid' }, ['READ_GRAPHS', 'EXECUTE', 'openid']],
    [{ scope: ['READ_GRAPHS', 5] }, ['READ_GRAPHS']],
    [{ scope: 5 }, []],
    [{}, []],
  ])('%j limit the scopes', async (claims, scopes) => {
    open({ scopesClaim: 'scope' })
    expect((await tokens.accept(await issuer.sign(claims))).scopes).toEqual(scopes)
  })

  it('do not limit the scopes without a scopes claim', async () => {
    expect((await tokens.accept(await issuer.sign({ scope: '' }))).scopes).toBeUndefined()
  })
})

describe('an issuer with a secret', () => {
  const sign = (claims: JWTPayload, secret = SECRET, header = {}): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...header }).sign(new TextEncoder().encode(secret))
  const claims = (): JWTPayload => ({
    iss: issuer.issuer,
    aud: 'authenticated',
    sub: 'ada',
    role: 'authenticated',
    exp: now() + 60,
  })

  it('signs tokens as Supabase did, beside tokens that public keys verify', async () => {
    open({ audience: 'authenticated' }, { issuer: issuer.issuer, audience: 'authenticated', secret: SECRET })
    expect(await outcome(await sign(claims()))).toBe('user ada')
    expect(await outcome(await issuer.sign({ aud: 'authenticated' }))).toBe('user ada')
    expect(await outcome(await sign(claims(), SECRET, { kid: 'one' }))).toBe('user ada')
    expect(await outcome(await sign(claims(), `${SECRET}!`))).toMatch(/signature is wrong/)
  })

  it('cannot authenticate with the public API keys of Supabase', async () => {
    open({ audience: 'authenticated', secret: SECRET })
    for (const role of ['anon', 'service_role'])
      expect(await outcome(await sign({ iss: 'supabase', ref: 'project', role, exp: now() + 60 }))).toMatch(
        /is not in ASHLAR_JWT/,
      )
  })
})

describe('an issuer that is down', () => {
  it('is degraded and keeps its keys', async () => {
    expect(await outcome(await issuer.sign())).toBe('user ada')
    expect(tokens.states()).toEqual([{ issuer: issuer.issuer, status: 'ok' }])
    issuer.respond = (_request, response) => void response.writeHead(503).end()
    vi.useFakeTimers({ now: Date.now() + 30_000, toFake: ['Date'] })
    expect(await outcome(await issuer.sign({}, { kid: 'two' }))).toMatch(/not one of the keys/) // tries to fetch the keys
    expect(tokens.states()).toEqual([{ issuer: issuer.issuer, status: 'degraded' }])
    expect(await outcome(await issuer.sign({ sub: 'bob' }))).toBe('user bob')
    expect(log).toHaveLength(1)
    expect(log[0]).toMatch(/cannot be fetched; keys that were fetched before remain in use: .* status 503/)
  })

  it('is unavailable if its keys were never fetched', async () => {
    issuer.respond = (_request, response) => void response.end('<html>')
    open({})
    expect(await outcome(await issuer.sign())).toMatch(/^IssuerUnavailable: .* is not a JSON object/)
    expect(tokens.states()).toEqual([{ issuer: issuer.issuer, status: 'degraded' }])
  })
})
