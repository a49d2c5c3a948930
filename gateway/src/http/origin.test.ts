import { describe, expect, it } from 'vitest'
import { createOrigins, isHost, type RequestFacts } from './origin.ts'

const facts = (some: Partial<RequestFacts>): RequestFacts => ({
  host: '127.0.0.1:4000',
  authorization: undefined,
  cookie: undefined,
  pageToken: undefined,
  origin: undefined,
  fetchSite: undefined,
  address: '127.0.0.1',
  ...some,
})

const local = createOrigins('owner-key', undefined, () => '127.0.0.1')
const origins = createOrigins('owner-key', new URL('https://ashlar.example/below'), () => '127.0.0.1')
const exposed = createOrigins('owner-key', undefined, () => '192.0.2.7')
const FORBIDDEN = expect.objectContaining({ code: 'FORBIDDEN' })

describe('the name for browsers', () => {
  const nameFor = (key: string, host: string): string => createOrigins(key, undefined, () => host).browserName()

  it('is the same at every start, differs between installations and does not contain the key', () => {
    expect(local.browserName()).toMatch(/^[0-9a-f]{20}\.localhost$/)
    expect(nameFor('owner-key', '127.0.0.1')).toBe(local.browserName())
    expect(nameFor('owner-key', '[::1]')).toBe(local.browserName())
    expect(nameFor('other-key', '127.0.0.1')).not.toBe(local.browserName())
  })

  it('is the address that the server listens on if localhost does not resolve to it', () => {
    expect(exposed.browserName()).toBe('192.0.2.7')
  })
})

describe('assertOurHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:4000', 'localhost', 'LOCALHOST:80', '[::1]:4000', `${local.browserName()}:4000`])(
    'accepts %s',
    (host) => local.assertOurHost(facts({ host })),
  )

  it.each([
    '',
    'evil.example:4000',
    '127.0.0.1.example.com',
    'localhost.example.com',
    'notlocalhost',
    'ashlar.localhost',
    `x.${local.browserName()}`,
    '127.8.9.10',
    '0.0.0.0',
    '10.0.0.1',
    '[::]',
    'a@127.0.0.1',
    '127.0.0.1/x',
    'ashlar.example',
  ])('rejects %j', (host) => expect(() => local.assertOurHost(facts({ host }))).toThrow(FORBIDDEN))

  it('accepts the address that the server listens on', () => {
    exposed.assertOurHost(facts({ host: '192.0.2.7:4000' }))
    expect(() => exposed.assertOurHost(facts({ host: '192.0.2.8:4000' }))).toThrow(FORBIDDEN)
  })

  it('accepts the host of the public URL only with its port', () => {
    origins.assertOurHost(facts({ host: 'Ashlar.example' }))
    expect(() => origins.assertOurHost(facts({ host: 'ashlar.example:81' }))).toThrow(FORBIDDEN)
  })

  it('accepts any host with an Authorization header, which a rebound page cannot send', () => {
    local.assertOurHost(facts({ host: 'ashlar.example', authorization: 'Bearer key' }))
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
    [{ origin: '' }, true],
    [{ fetchSite: 'same-site' }, true],
    [{ fetchSite: 'cross-site' }, true],
    [{ origin: 'https://ashlar.example' }, false],
    [{ origin: 'http://ashlar.example' }, true],
    [{ host: 'ashlar.example', origin: 'https://ashlar.example' }, false],
    [{ host: 'ashlar.example', origin: 'http://ashlar.example' }, true],
    [{ host: 'evil.example', origin: 'http://evil.example', authorization: 'Bearer key' }, true],
    [{ origin: 'https://ashlar.example', fetchSite: 'cross-site' }, true],
  ])('of %j is %s', (some, expected) => expect(origins.isForeign(facts(some))).toBe(expected))
})

describe('isHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:4000', 'localhost.', '[::1]:4000'])('accepts %s', (host) => expect(isHost(host)).toBe(true))
  it.each(['', '%', 'a b', '[::1', 'a:99999', 'a/b', ':4000', 'a@b'])('rejects %j', (host) => expect(isHost(host)).toBe(false))
})
