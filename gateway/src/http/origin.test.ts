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

const local = createOrigins('owner-key', undefined)
const origins = createOrigins('owner-key', new URL('https://ashlar.example/below'))
const FORBIDDEN = expect.objectContaining({ code: 'FORBIDDEN' })

describe('the name for browsers', () => {
  it('is the same at every start, differs between installations, and holds nothing of the key', () => {
    expect(local.browserName).toMatch(/^[0-9a-f]{20}\.localhost$/)
    expect(createOrigins('owner-key', undefined).browserName).toBe(local.browserName)
    expect(createOrigins('other-key', undefined).browserName).not.toBe(local.browserName)
  })
})

describe('assertOurHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:4000', 'localhost', 'LOCALHOST:80', '[::1]:4000', `${local.browserName}:4000`])(
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
    `x.${local.browserName}`,
    '127.8.9.10',
    '0.0.0.0',
    '10.0.0.1',
    '[::]',
    'a@127.0.0.1',
    '127.0.0.1/x',
    'ashlar.example',
  ])('refuses %j', (host) => expect(() => local.assertOurHost(facts({ host }))).toThrow(FORBIDDEN))

  it('accepts the host of the public url, with its port', () => {
    origins.assertOurHost(facts({ host: 'Ashlar.example' }))
    expect(() => origins.assertOurHost(facts({ host: 'ashlar.example:81' }))).toThrow(FORBIDDEN)
  })

  it('accepts any host with an Authorization header, which no rebound page can send', () => {
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
  it.each(['', '%', 'a b', '[::1', 'a:99999', 'a/b', ':4000', 'a@b'])('refuses %j', (host) => expect(isHost(host)).toBe(false))
})
