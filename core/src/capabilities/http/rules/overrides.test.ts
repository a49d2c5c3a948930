import { describe, expect, it } from 'vitest'
import type { HttpGrant } from './entry.ts'
import { buildHttpGrants } from './grants.ts'
import { assertOverridesAllowed } from './overrides.ts'

function send(rule: HttpGrant[number], header: [name: string, value: string], method = 'GET'): void {
  const granted = buildHttpGrants('test/block', [rule], () => 'https://api.example.com/')
  assertOverridesAllowed(granted, method, new URL('https://api.example.com/repos/a'), [header])
}

const DENIED = expect.objectContaining({ code: 'HTTP_DENIED' }) as unknown

const PATHS = `
  X-Original-URL X-Original-URI X-Rewrite-URL X-Override-URL X-Forwarded-Prefix X-Forwarded-Path X-Forwarded-Uri
  X-Envoy-Original-Path X-Proxy-URL X-Request-Uri Base-Url X-Script-Name X-HTTP-Path-Override
  X-Http-DestinationUrl x_original_url X.Rewrite.URL X-Path X-Amz-Copy-Source X-Ms-Copy-Source
`
  .trim()
  .split(/\s+/)

describe('a header that names another path', () => {
  it.each(PATHS)('%s is rejected under a rule with a path', (name) => {
    expect(() => send('api.example.com/repos/*', [name, '/repos/b'])).toThrow(DENIED)
  })

  it.each(PATHS)('%s is allowed under a rule without a path, a host from an input and anyHost()', (name) => {
    for (const rule of ['GET api.example.com', { fromInput: 'url' }, { anyHost: true }] as const) send(rule, [name, '/admin'])
  })

  it('needs a rule without a path for its method too', () => {
    const header: [string, string] = ['X-Original-URL', '/admin']
    expect(() => send('GET api.example.com', header, 'POST')).toThrow(DENIED)
  })

  it('is rejected if its URL is on another host', () => {
    for (const value of ['https://other.example/', '//other.example/', '\\\\other.example/', 'file:///etc/passwd'])
      expect(() => send('api.example.com', ['X-Original-URL', value])).toThrow(DENIED)
    send('api.example.com', ['X-Original-URL', 'https://api.example.com/admin'])
  })

  it('names the header and the rule', () => {
    expect(() => send('api.example.com/repos/*', ['X-Original-URL', '/'])).toThrow(
      /may not send the header "X-Original-URL" .* remove the header, or use the rule "GET api\.example\.com"/,
    )
  })
})

describe('a header that names another host', () => {
  it.each([
    ['X-Forwarded-Host', 'other.example'],
    ['X-Forwarded-Host', 'api.example.com, other.example'],
    ['X-Forwarded-Server', 'other.example'],
    ['X_Forwarded_Host', 'other.example'],
    ['X-Host', 'other.example'],
    ['X-Original-Host', 'api.example.com:8443'],
    ['X-HTTP-Host-Override', 'other.example'],
    ['X-Forwarded-Port', '8443'],
    ['Forwarded', 'for=1.2.3.4;host=other.example;proto=https'],
    ['Forwarded', 'for=1.2.3.4, Host = "other.example:443"'],
    ['X-Host', ''],
    ['X-Host', 'api.example.com@other.example'],
  ])('%s: %s is rejected', (name, value) => {
    expect(() => send('api.example.com', [name, value])).toThrow(DENIED)
  })

  it.each([
    ['X-Forwarded-Host', 'api.example.com'],
    ['Forwarded', 'for="[2001:db8::1]";host="api.example.com:443"'],
    ['Forwarded', 'for=1.2.3.4'],
    ['X-Forwarded-For', '1.2.3.4'],
    ['X-Forwarded-Port', '443'],
  ])('%s: %s is allowed, because a rule allows that host', (name, value) => {
    send('api.example.com', [name, value])
  })

  it('is allowed by anyHost()', () => {
    send({ anyHost: true }, ['X-Forwarded-Host', 'other.example'])
  })
})

describe('a header that names another method', () => {
  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X_HTTP_Method_Override', 'X-Original-Method'])(
    '%s is allowed where a rule allows that method',
    (name) => {
      expect(() => send('GET api.example.com', [name, 'delete'])).toThrow(DENIED)
      expect(() => send('GET api.example.com', [name, 'GET, DELETE'])).toThrow(DENIED)
      send('GET,DELETE api.example.com', [name, 'delete'])
    },
  )
})

describe('a query parameter that names another method', () => {
  const sendTo = (query: string, rule = 'GET api.example.com', method = 'GET'): void => {
    const granted = buildHttpGrants('test/block', [rule], () => undefined)
    assertOverridesAllowed(granted, method, new URL(`https://api.example.com/repos/a?${query}`), [])
  }

  it.each([
    '_method=DELETE',
    'a=1&_method=delete',
    'a=1;_method=DELETE',
    '%5Fmethod=DELETE',
    '_METHOD=DELETE',
    '.method=DELETE',
    '+_method=DELETE',
    '_method%00x=DELETE',
    '_method=GET&_method=DELETE',
    'x-http-method-override=PUT',
    'X_HTTP_Method_Override=PUT',
    'x-http-method=PUT',
    'x-method-override=PUT',
    '_method=',
  ])('%s is rejected unless a rule allows that method', (query) => {
    expect(() => sendTo(query)).toThrow(DENIED)
    sendTo(query, 'api.example.com')
  })

  it('is allowed if a rule allows that method', () => {
    sendTo('_method=delete', 'GET,DELETE api.example.com/repos/*')
    expect(() => sendTo('_method=delete', 'GET,POST api.example.com/repos/*')).toThrow(DENIED)
  })

  it('is named in the message, with the rule', () => {
    expect(() => sendTo('_method=delete')).toThrow(
      'may not send "DELETE", the method that the query parameter "_method" names, to api.example.com: ' +
        'its rules for this host do not include this method or path; "DELETE api.example.com" would allow it',
    )
  })

  it.each(['method=flickr.photos.search', 'payment_method=card', 'shipping-method=PUT', 'q=_method', 'http_method=DELETE'])(
    '%s is data',
    (query) => sendTo(query),
  )
})

describe('Destination of COPY and MOVE', () => {
  it('is checked like the URL of the request', () => {
    const rule = 'MOVE api.example.com/repos/*'
    send(rule, ['Destination', 'https://api.example.com/repos/b'], 'MOVE')
    send(rule, ['Destination', '/repos/b'], 'MOVE')
    for (const to of ['/admin', '../admin', '/repos/..%2fadmin', 'https://other.example/repos/b'])
      expect(() => send(rule, ['Destination', to], 'MOVE')).toThrow(DENIED)
  })
})

it('allows other headers', () => {
  for (const name of ['Accept', 'X-Api-Key', 'X-Request-Id', 'Content-Location', 'Referer', 'X-Callback-Url', 'Overwrite'])
    send('api.example.com/repos/*', [name, 'https://other.example/'])
})
