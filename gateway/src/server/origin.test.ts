import { describe, expect, it } from 'vitest'
import { assertOurHost, isForeign, isLoopback, type RequestFacts } from './origin.ts'

const facts = (some: Partial<RequestFacts>): RequestFacts => ({
  host: '127.0.0.1:4000',
  authorization: undefined,
  cookie: undefined,
  origin: undefined,
  fetchSite: undefined,
  ...some,
})

describe('isLoopback', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:4000',
    '127.8.9.10',
    'localhost',
    'LOCALHOST:80',
    'ashlar.localhost',
    '[::1]',
    '[::1]:4000',
    'localhost.',
  ])('knows %s', (host) => expect(isLoopback(host)).toBe(true))
  it.each([
    '',
    'example.com',
    '127.0.0.1.example.com',
    'localhost.example.com',
    'notlocalhost',
    '0.0.0.0',
    '10.0.0.1',
    '[::]',
    'a@127.0.0.1',
    '127.0.0.1/x',
    ':4000',
  ])('refuses %s', (host) => expect(isLoopback(host)).toBe(false))
})

describe('assertOurHost', () => {
  it('refuses the host name of somebody else', () => {
    expect(() => assertOurHost(facts({ host: 'evil.example:4000' }))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
  it('takes the host name that the operator says is ours', () => {
    const publicUrl = new URL('https://ashlar.example/below')
    assertOurHost(facts({ host: 'Ashlar.example' }), publicUrl)
    expect(() => assertOurHost(facts({ host: 'ashlar.example:81' }), publicUrl)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    )
  })
  it('takes any host name with an Authorization header, which no rebound page can send', () => {
    assertOurHost(facts({ host: 'ashlar.example', authorization: 'Bearer key' }))
  })
})

describe('isForeign', () => {
  it.each([
    [{}, false],
    [{ origin: 'http://127.0.0.1:4000' }, false],
    [{ origin: 'http://127.0.0.1:4000', fetchSite: 'same-origin' }, false],
    [{ fetchSite: 'none' }, false],
    [{ origin: 'http://127.0.0.1:3000' }, true],
    [{ origin: 'http://localhost:4000' }, true],
    [{ origin: 'https://127.0.0.1:4000' }, true],
    [{ origin: 'null' }, true],
    [{ fetchSite: 'same-site' }, true],
    [{ fetchSite: 'cross-site' }, true],
    [{ origin: 'https://ashlar.example' }, false],
    [{ origin: 'http://ashlar.example' }, true],
    [{ origin: 'https://ashlar.example', fetchSite: 'cross-site' }, true],
  ])('of %j is %s', (some, expected) => expect(isForeign(facts(some), new URL('https://ashlar.example'))).toBe(expected))
})
