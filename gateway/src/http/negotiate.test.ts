import { expect, it } from 'vitest'
import { acceptsType, chooseEncoding } from './negotiate.ts'

it.each([
  [null, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.8', 'gzip'],
  ['gzip;q=0', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['identity', undefined],
  ['gzip;q=x', undefined],
  ['br;q=0, gzip;q=0.1', 'gzip'],
  [';q=1,,', undefined],
])('for the Accept-Encoding %j the encoding is %s', (header, encoding) => {
  expect(chooseEncoding(header)).toBe(encoding)
})

it.each([
  [null, true],
  ['', true],
  ['*/*', true],
  ['application/*', true],
  ['application/json', true],
  ['Application/JSON; charset=UTF-8', true],
  ['application/json;charset="utf-8";q=0.1', true],
  ['text/html, application/json;q=0.9', true],
  ['application/json;q=0', false],
  ['application/json;charset=latin1', false],
  ['text/*', false],
  ['text/html', false],
])('a client with the Accept %j takes JSON: %s', (header, expected) => {
  expect(acceptsType(header, 'application/json')).toBe(expected)
})
