import { describe, expect, it } from 'vitest'
import { capabilitiesSchema, isEffectful, listCapabilities } from './manifest.ts'

const readMessages = (capabilities: unknown): string =>
  capabilitiesSchema
    .safeParse(capabilities)
    .error?.issues.map(({ message }) => message)
    .join() ?? 'accepted'

describe('the capabilities of a manifest', () => {
  it('are listed with one line per entry', () => {
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

  it('are listed with the required scopes', () => {
    const credentials = ['a/a', { provider: 'b/b', scopes: ['read', 'write'] }]
    expect(listCapabilities(capabilitiesSchema.parse({ credentials, 'credentials.reveal': ['a/a'] }))).toEqual([
      { kind: 'credentials', detail: 'a/a' },
      { kind: 'credentials', detail: 'b/b with read, write' },
      { kind: 'credentials.reveal', detail: 'READS THE SECRET of a/a' },
    ])
  })

  it('stay the same when they are parsed twice', () => {
    const capabilities = { http: ['GET  API.github.com', { fromInput: 'url' }] }
    expect(capabilitiesSchema.parse(JSON.parse(JSON.stringify(capabilitiesSchema.parse(capabilities))))).toEqual(capabilities)
  })

  it('make a block effectful if one of them is effectful', () => {
    expect(isEffectful({ http: ['api.github.com'] })).toBe(true)
    expect(isEffectful({ files: ['read'] })).toBe(true)
    expect(isEffectful({})).toBe(false)
    expect(isEffectful({ sleep: true })).toBe(false)
  })

  it.each([
    [
      { network: [] },
      'the capability "network" does not exist; the available capabilities are storage, http, files, host, sleep, credentials, credentials.reveal and credentials.presign',
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
  ])('%j are rejected', (capabilities, message) => {
    expect(readMessages(capabilities)).toContain(message)
  })
})
