import { describe, expect, it } from 'vitest'
import { capabilitiesSchema, isEffectful, listCapabilities } from './manifest.ts'

const messageOf = (capabilities: unknown): string =>
  capabilitiesSchema
    .safeParse(capabilities)
    .error?.issues.map(({ message }) => message)
    .join() ?? 'taken'

describe('the capabilities of a manifest', () => {
  it('are listed in one plain line each', () => {
    const http = ['GET api.github.com/repos/*', '*.Example.com:8443', { fromInput: 'url' }, { anyHost: true }]
    expect(listCapabilities(capabilitiesSchema.parse({ storage: ['graph'], http, sleep: true }))).toEqual([
      { kind: 'storage', detail: 'graph' },
      { kind: 'http', detail: 'GET api.github.com/repos/*' },
      { kind: 'http', detail: '*.example.com:8443' },
      { kind: 'http', detail: 'the host of input "url"' },
      { kind: 'http', detail: 'ANY HOST' },
      { kind: 'sleep', detail: 'up to 30 days at a time' },
    ])
  })

  it('tell what must have been granted', () => {
    const credentials = ['a/a', { provider: 'b/b', scopes: ['read', 'write'] }]
    expect(listCapabilities(capabilitiesSchema.parse({ credentials, 'credentials.reveal': ['a/a'] }))).toEqual([
      { kind: 'credentials', detail: 'a/a' },
      { kind: 'credentials', detail: 'b/b with read, write' },
      { kind: 'credentials.reveal', detail: 'READS THE SECRET of a/a' },
    ])
  })

  it('stay what they are when they are read again', () => {
    const capabilities = { http: ['GET  API.github.com', { fromInput: 'url' }] }
    expect(capabilitiesSchema.parse(JSON.parse(JSON.stringify(capabilitiesSchema.parse(capabilities))))).toEqual(capabilities)
  })

  it('are visible outside when http is among them', () => {
    expect(isEffectful({ http: ['api.github.com'] })).toBe(true)
    expect(isEffectful({ files: ['read'] })).toBe(true)
    expect(isEffectful({})).toBe(false)
    expect(isEffectful({ sleep: true })).toBe(false)
  })

  it.each([
    [
      { network: [] },
      'the capability "network" does not exist; the capabilities are storage, http, files, sleep, credentials and credentials.reveal',
    ],
    [{ sleep: 5 }, 'the capability sleep takes no options; write { sleep: true }'],
    [
      { http: ['*'] },
      'the http rule "*" has the host "*", which matches nearly every host; use anyHost() to allow every host explicitly',
    ],
    [
      { http: ['GET *.com/x'] },
      'the http rule "GET *.com/x" has the host "*.com", which matches nearly every host; use anyHost() to allow every host explicitly',
    ],
    [
      { http: ['https://a.example'] },
      'the http rule "https://a.example" must not have a scheme; write only the host, as in "api.github.com"',
    ],
    [{ http: [{ anyHost: false }] }, 'an entry of http must be a rule like'],
    [{ http: [7] }, 'an entry of http must be a rule like'],
    [{ http: [] }, 'Too small'],
  ])('%j is refused', (capabilities, message) => {
    expect(messageOf(capabilities)).toContain(message)
  })
})
