import { parse } from 'graphql'
import { expect, it } from 'vitest'
import { assertQueryText } from './query-text.ts'

const check = (text: string) => () => assertQueryText(text)

it.each([
  [
    'more than 256 KiB',
    `{ a } # ${'é'.repeat(131_069)}`,
    'the query text has 262146 bytes; the maximum is 262144. Pass values as variables, which do not count, or send several requests.',
  ],
  [
    'more than 10 000 tokens',
    `{ ${'a '.repeat(9999)} }`,
    'the query has more than 10000 tokens; the maximum is 10000. Pass values as variables, or send several requests.',
  ],
  ['more than 1000 comments', '#\n'.repeat(1001), 'the query has more than 1000 comments; the maximum is 1000. Remove comments.'],
  [
    'more than 100 levels of brackets',
    `{ a(x: ${'['.repeat(99)}`,
    'the query has more than 100 levels of brackets; the maximum is 100. Pass deep values as variables.',
  ],
])('rejects a query of %s', (_what, text, message) => {
  expect(check(text)).toThrow(message)
})

it.each([
  ['256 KiB', `{ a } # ${'x'.repeat(262_136)}`],
  ['10 000 tokens', `{ ${'a '.repeat(9998)} }`],
  ['100 levels of brackets', `{ a(x: ${'['.repeat(98)}${']'.repeat(98)}) }`],
])('accepts a query of %s', (_what, text) => {
  expect(check(text)).not.toThrow()
})

it.each([
  ['strings', `{ a(x: "${'{[('.repeat(200)}\\"{[(") }`],
  ['block strings', `{ a(x: """${'{[('.repeat(200)} " "" \\""" {[(""") }`],
  ['comments', `{ a } # ${'{[('.repeat(200)}`],
])('does not count brackets in %s', (_what, text) => {
  expect(check(text)).not.toThrow()
  expect(() => parse(text)).not.toThrow()
})

it.each([['"""'], ['"'], ['"""\\'], ['\\'], ['""" "'], ['-'], ['...'], ['𝒳']])('reads a text of many %s', (part) => {
  expect(check(part.repeat(1000))).not.toThrow()
})
