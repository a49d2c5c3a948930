import { expect, it } from 'vitest'
import { JsonCheck } from './json-check.ts'

/** Checks the text in parts of this size. @returns the message of the error; undefined if there is none */
function check(text: string, { depth = 1, part = 64 * 1024 } = {}): string | undefined {
  const json = new JsonCheck(depth)
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length; at += part) json.push(bytes.subarray(at, at + part))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const TOO_DEEP =
  'the JSON of the request has more than 1000 levels of lists and objects; the maximum is 1000. Nest the values of the variables less deeply.'
const TOO_LONG =
  'the query text has more than 262144 bytes; the maximum is 262144. Pass values as variables, which do not count, or send several requests.'
/** Even if each character is written as an escape of six bytes, a query of this length is too long. */
const LONG = 'x'.repeat(6 * 256 * 1024 + 1)

it.each([
  ['lists', '{"variables":{"x":' + '['.repeat(999)],
  ['objects', '{"variables":' + '{"a":'.repeat(1000)],
])('rejects %s nested more than 1000 deep without the rest of the text', (_what, text) => {
  expect(check(text)).toBe(TOO_DEEP)
})

it('accepts values nested 1000 deep', () => {
  expect(check(`{"variables":{"x":${'['.repeat(998)}${']'.repeat(998)}},"query":""}`)).toBeUndefined()
})

it('rejects more than 500 000 values without the rest of the text', () => {
  expect(check(`{"variables":{"x":[${'1,'.repeat(500_000)}`)).toBe(
    'the JSON of the request has more than 500000 values; the maximum is 500000. Send several requests, or pass the data as a text or a file.',
  )
})

it('accepts 499 000 values', () => {
  expect(check(JSON.stringify({ variables: { x: Array(499_000).fill(1) } }))).toBeUndefined()
})

it('rejects more strings than that many keys and values, without commas between them', () => {
  expect(check(`{${'""'.repeat(1_000_001)}`)).toMatch(/^the JSON of the request has more than 500000 values; /)
})

it('does not count commas in strings', () => {
  expect(check(JSON.stringify({ variables: { x: ',['.repeat(500_001) } }))).toBeUndefined()
})

it('does not count brackets in strings', () => {
  expect(check(JSON.stringify({ variables: { x: `\\"${'[{'.repeat(2000)}` } }))).toBeUndefined()
})

it.each([
  ['the first key', `{"query":"${LONG}`],
  ['a later key', `{"variables":{"query":["x"]},"operationName":null , "query" : "${LONG}`],
])('rejects a long query as %s', (_where, text) => {
  expect(check(text)).toBe(TOO_LONG)
})

it('rejects a long query in a message on a WebSocket', () => {
  expect(check(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: LONG } }), { depth: 2 })).toBe(TOO_LONG)
})

it.each([
  ['a long variable', { query: '', variables: { x: LONG } }],
  ['a long variable with the name "query"', { variables: { query: LONG }, query: '' }],
  ['the value "query" before a long value', { operationName: 'query', other: LONG }],
  ['a long value of a key that begins like "query"', { query1: LONG, quer: LONG }],
])('accepts %s', (_what, body) => {
  expect(check(JSON.stringify(body))).toBeUndefined()
})

it.each([1, 2, 7])('gives the same result for a text in parts of %s bytes', (part) => {
  const escapes = { a: '\\', b: '\\"', c: '"\\\\"', d: `{${'"['.repeat(600)}` }
  expect(check(JSON.stringify({ variables: escapes, query: 'x' }), { part })).toBeUndefined()
  expect(check(`{"variables":${JSON.stringify(escapes)},"query":["x"],"a":${'['.repeat(1000)}`, { part })).toBe(TOO_DEEP)
})
