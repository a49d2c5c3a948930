import { describe, expect, it } from 'vitest'
import { tokenIssuersSchema } from './token-issuer.ts'

const ISSUER = { issuer: 'https://issuer.example', audience: 'ashlar' }
const SECRET = 's'.repeat(32)

function faults(issuers: unknown): string[] {
  const { error } = tokenIssuersSchema.safeParse(issuers)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`)
}

it('has defaults for all fields except the issuer and the audience', () => {
  expect(tokenIssuersSchema.parse([ISSUER])).toEqual([
    {
      issuer: 'https://issuer.example',
      audience: ['ashlar'],
      algorithms: ['ES256', 'RS256', 'EdDSA', 'Ed25519'],
      clockToleranceSeconds: 30,
      userClaim: 'sub',
      emailsAreVerified: false,
      signUp: false,
    },
  ])
})

it('accepts an issuer with a secret beside the same issuer with public keys', () => {
  const [, legacy] = tokenIssuersSchema.parse([ISSUER, { ...ISSUER, secret: SECRET }])
  expect(legacy?.algorithms).toEqual(['HS256'])
})

it.each(['https://issuer.example/keys', 'http://127.0.0.1:9/jwks', 'http://[::1]/jwks', 'http://localhost/jwks'])(
  'accepts keys at %s',
  (jwksUrl) => expect(faults([{ ...ISSUER, jwksUrl }])).toEqual([]),
)

describe('rejects', () => {
  it.each([
    ['keys over http', { jwksUrl: 'http://issuer.example/jwks' }, 'jwksUrl'],
    ['keys from a host whose name starts like an address', { jwksUrl: 'http://127.0.0.1.example/jwks' }, 'jwksUrl'],
    ['keys from a file', { jwksUrl: 'file:///keys' }, 'jwksUrl'],
    ['a URL with a password', { jwksUrl: 'https://me:secret@issuer.example/jwks' }, 'jwksUrl'],
    ['an issuer over http', { issuer: 'http://issuer.example' }, 'issuer'],
    ['an issuer that is no URL, without a URL of keys', { issuer: 'issuer' }, 'issuer'],
    ['no audience', { audience: [] }, 'audience'],
    ['an empty audience', { audience: '' }, 'audience'],
    ['a short secret', { secret: 'short' }, 'secret'],
    ['a secret together with a URL of keys', { secret: SECRET, jwksUrl: 'https://issuer.example/jwks' }, 'secret'],
    ['a secret together with a public-key algorithm', { secret: SECRET, algorithms: ['HS256', 'ES256'] }, 'algorithms'],
    ['HS256 without a secret', { algorithms: ['ES256', 'HS256'] }, 'algorithms'],
    ['the algorithm none', { algorithms: ['none'] }, 'algorithms'],
    ['no algorithm', { algorithms: [] }, 'algorithms'],
    ['a large tolerance', { clockToleranceSeconds: 301 }, 'clockToleranceSeconds'],
    ['an unknown field', { jwks: 'https://issuer.example' }, ''],
  ])('%s', (_name, fields, field) => {
    const [fault, ...more] = faults([{ ...ISSUER, ...fields }])
    expect(fault).toMatch(field === '' ? /^0 / : new RegExp(`^0\\.${field}\\b`))
    expect(more).toEqual([])
  })

  it('the same issuer twice', () => {
    expect(faults([ISSUER, { ...ISSUER, audience: 'other' }])).toEqual(['1.issuer must differ from that of the other entries'])
    expect(faults([ISSUER, { ...ISSUER, secret: SECRET }, { ...ISSUER, secret: SECRET }])).toHaveLength(1)
  })
})
