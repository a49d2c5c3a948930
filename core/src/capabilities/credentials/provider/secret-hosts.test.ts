import { expect, it } from 'vitest'
import { formatSecretHost } from './secret-hosts.ts'

it.each([
  ['API.example.com', 'api.example.com'],
  ['api.example.com:8443', 'api.example.com:8443'],
  ['*.example.com', '*.example.com'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]:8080', '[::1]:8080'],
])('parses the host %s', (text, shown) => {
  expect(formatSecretHost(text)).toBe(shown)
})

const EXAMPLES = '; examples are "api.example.com", "api.example.com:8443", '

it.each([
  ['*.localhost', 'has too wide a wildcard'],
  ['*.com', 'has too wide a wildcard'],
  ['*', 'has too wide a wildcard'],
  ['*:8080', 'has too wide a wildcard'],
  ['http://*', 'has too wide a wildcard'],
  ['https://api.example.com', 'must not have a scheme other than "http://"'],
  ['ftp://api.example.com', 'must not have a scheme other than "http://"'],
  ['GET api.example.com', 'must be only a host'],
  ['api.example.com/x', 'must be only a host'],
  ['a*.example.com', 'is not a valid host'],
  ['me@api.example.com', 'is not a valid host'],
  ['api.example.com:99999', 'is not a valid host'],
  ['', 'is not a valid host'],
])('explains to a user why %j cannot receive a secret, with examples', (text, reason) => {
  const start = `the host ${JSON.stringify(text)} ${reason}`
  expect(() => formatSecretHost(text)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(start) as unknown }) as Error,
  )
  expect(() => formatSecretHost(text)).toThrow(EXAMPLES)
  expect(() => formatSecretHost(text)).not.toThrow(/anyHost|http rule/)
})
