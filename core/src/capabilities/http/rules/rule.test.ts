import { describe, expect, it } from 'vitest'
import { allows, formatRule, parseRule } from './rule.ts'
import { parseTarget } from './target.ts'

const permits = (rule: string, request: string): boolean => {
  const [method = '', url = ''] = request.split(' ')
  return allows(parseRule(rule), method, parseTarget(url))
}

describe('a rule allows', () => {
  it.each([
    ['api.github.com', 'GET https://api.github.com/any/path?and=query'],
    ['api.github.com', 'DELETE http://api.github.com'],
    ['GET,POST api.github.com', 'POST https://api.github.com/'],
    ['api.github.com', 'GET https://API.GitHub.COM/'],
    ['API.github.com', 'GET https://api.github.com/'],
    ['api.github.com', 'GET https://api.github.com./'],
    ['api.github.com.', 'GET https://api.github.com/'],
    ['api.github.com', 'GET https://api.github.com:443/'],
    ['api.github.com:443', 'GET https://api.github.com/'],
    ['api.github.com:8443', 'GET https://api.github.com:8443/'],
    ['api.github.com:*', 'GET http://api.github.com:8080/'],
    ['*.example.com', 'GET https://a.example.com/'],
    ['*.example.com', 'GET https://a.b.example.com/'],
    ['bücher.example', 'GET https://xn--bcher-kva.example/'],
    ['xn--bcher-kva.example', 'GET https://BÜCHER.example/'],
    ['[2606:4700::1111]', 'GET https://[2606:4700:0:0:0:0:0:1111]/'],
    ['1.1.1.1', 'GET https://0x01010101/'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/a/b'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/'],
    ['api.github.com/repos', 'GET https://api.github.com/repos?page=2'],
    ['api.github.com/repos/*/issues', 'GET https://api.github.com/repos/a/b/issues'],
    ['a.example/*/b/*/c', 'GET https://a.example/x/b/b/y/c'],
    ['gitlab.example/api/*', 'GET https://gitlab.example/api/projects/group%2Fname'],
    ['a.example/caf%C3%A9/*', 'GET https://a.example/café/x'],
  ])('%s: %s', (rule, request) => {
    expect(permits(rule, request)).toBe(true)
  })
})

describe('a rule does not allow', () => {
  it.each([
    ['api.github.com', 'GET https://github.com/'],
    ['api.github.com', 'GET https://evil-api.github.com/'],
    ['api.github.com', 'GET https://api.github.com.evil.example/'],
    ['api.github.com', 'GET https://evil.example/api.github.com'],
    ['api.github.com', 'GET https://evil.example/?api.github.com'],
    ['api.github.com', 'GET https://evil.example#api.github.com'],
    ['api.github.com', 'GET https://api.github.com:8443/'],
    ['api.github.com', 'GET http://api.github.com:443/'],
    ['api.github.com:443', 'GET http://api.github.com/'],
    ['GET api.github.com', 'POST https://api.github.com/'],
    ['GET api.github.com', 'get https://api.github.com/'],
    ['*.example.com', 'GET https://example.com/'],
    ['*.example.com', 'GET https://evilexample.com/'],
    ['*.example.com', 'GET https://a.example.com.evil.example/'],
    ['example.com', 'GET https://a.example.com/'],
    ['paypal.com', 'GET https://pаypal.com/'], // a Cyrillic letter
    ['1.1.1.1', 'GET https://1.1.1.10/'],
    ['api.github.com/repos/*', 'GET https://api.github.com/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos'],
    ['api.github.com/repos/*', 'GET https://api.github.com/reposevil/x'],
    ['api.github.com/repos/*', 'GET https://api.github.com/Repos/x'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/../users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/%2e%2e/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/.%2E/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/%2e%2e%2fusers'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/..%2fusers'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/%252e%252e%252fusers'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/%25252e%25252e%25252fusers'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/..%5cusers'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/..\\users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/..;/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/..;a=b/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/%2e%2e%3b/users'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/a/..%2f..%2f..%2f..%2fetc'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/x%00'],
    ['api.github.com/repos/*', 'GET https://api.github.com/repos/x%0d%0aHost:evil'],
    ['api.github.com/repos/*', `GET https://api.github.com/repos/%${'25'.repeat(20)}2e`],
    ['a.example/x/*/y', 'GET https://a.example/x/y'],
    ['a.example/x/*/y', 'GET https://a.example/x/1/y/2'],
    ['a.example/ab*bc', 'GET https://a.example/abc'],
  ])('%s: %s', (rule, request) => {
    expect(permits(rule, request)).toBe(false)
  })
})

describe('rejects a rule', () => {
  it.each(['*', '*/x', '*:443', 'GET *', '*.com', '*.com/x', '*.', '*.*', '*.localhost'])(
    'that matches nearly every host: %s',
    (rule) => {
      expect(() => parseRule(rule)).toThrow(/use anyHost\(\)/)
    },
  )

  it.each([
    ['', /must be like/],
    ['/path', /must be like/],
    ['https://api.github.com', /must not have a scheme/],
    ['user@api.github.com', /must not have a user/],
    ['api.github.com/x?y=1', /must not have a user, a query/],
    ['api.github.com\\x', /must not have/],
    ['get api.github.com', /has the method "get"/],
    ['GET, POST api.github.com', /must be like|has the method/],
    ['TRACE api.github.com', /has the method "TRACE"/],
    ['CONNECT api.github.com', /has the method "CONNECT"/],
    ['GET POST api.github.com', /must be like/],
    ['api.*.com', /has the host/],
    ['a*.example.com', /has the host/],
    ['*.*.example.com', /has the host/],
    ['*.127.0.0.1', /has the host/],
    ['a..example.com', /has the host/],
    ['api.github.com:0', /has the port/],
    ['api.github.com:99999', /has the port/],
    ['api.github.com:http', /has the port/],
    ['api.github.com/repos/../x', /"\.\."/],
    ['api.github.com/%2e%2e/x', /"\.\."/],
  ])('%s', (rule, message) => {
    expect(() => parseRule(rule)).toThrow(message)
  })
})

it.each([
  ['  GET,GET,POST   API.github.com:0443/repos/*', 'GET,POST api.github.com:443/repos/*'],
  ['*.Bücher.example', '*.xn--bcher-kva.example'],
  ['pаypal.com', 'xn--pypal-4ve.com'],
])('formats %s as %s', (rule, shown) => {
  expect(formatRule(parseRule(rule))).toBe(shown)
})

describe('rejects the URL', () => {
  it.each([
    ['ftp://example.com/', 'HTTP_DENIED'],
    ['file:///etc/passwd', 'HTTP_DENIED'],
    ['data:text/plain,x', 'HTTP_DENIED'],
    ['javascript:1', 'HTTP_DENIED'],
    ['gopher://example.com:70/_x', 'HTTP_DENIED'],
    ['https://user@example.com/', 'HTTP_DENIED'],
    ['https://user:password@example.com/', 'HTTP_DENIED'],
    ['https://api.github.com@evil.example/', 'HTTP_DENIED'],
    ['https://:password@example.com/', 'HTTP_DENIED'],
    ['example.com', 'BAD_INPUT'],
    ['/path', 'BAD_INPUT'],
    ['https://', 'BAD_INPUT'],
    ['https://a..b/', 'BAD_INPUT'],
    ['https://./', 'BAD_INPUT'],
    ['https://exa%00mple.com/', 'BAD_INPUT'],
    ['https://[fe80::1%25eth0]/', 'BAD_INPUT'],
    ['https://example.com:99999/', 'BAD_INPUT'],
  ])('%s', (url, code) => {
    expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code }))
  })
})
