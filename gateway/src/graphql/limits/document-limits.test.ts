import { parse } from 'graphql'
import { expect, it } from 'vitest'
import { assertDocument } from './document-limits.ts'

const check = (text: string) => () => assertDocument(parse(text))
const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ')
const nested = (depth: number): string => `${'a { '.repeat(depth - 1)}a${' }'.repeat(depth - 1)}`

it.each([
  [
    'more than 50 operations',
    repeat(51, (i) => `query q${i} { a }`),
    'the query has 51 operations; the maximum is 50. Send them in several requests.',
  ],
  [
    'more than 500 fragments',
    `{ a } ${repeat(501, (i) => `fragment f${i} on Query { a }`)}`,
    'the query has 501 fragments; the maximum is 500. Combine fragments.',
  ],
  [
    'more than 200 directives',
    `{ a ${'@skip(if: false) '.repeat(201)} }`,
    'the query has 201 directives; the maximum is 200. Send several requests.',
  ],
  [
    'more than 50 aliases',
    `{ ${repeat(51, (i) => `a${i}: a`)} }`,
    'the query has 51 aliases; the maximum is 50. Use lists or several requests instead of aliases.',
  ],
  [
    'more than 100 root fields',
    `{ ...f ...f ... { ${'a '.repeat(41)} } } fragment f on Query { ${'a '.repeat(30)} }`,
    'the query has 101 fields at its root; the maximum is 100. Send several requests.',
  ],
  [
    'more than 30 levels',
    `{ ${nested(31)} }`,
    'the query has 31 levels of fields; the maximum is 30. Load inner objects by their ids, with further requests.',
  ],
  [
    'more than 30 levels through fragments',
    `{ ...f } fragment f on Query { ${nested(15).replace('a }', '...g }')} } fragment g on Query { ... { ${nested(17)} } }`,
    'the query has 31 levels of fields; the maximum is 30. Load inner objects by their ids, with further requests.',
  ],
])('rejects %s', (_what, text, message) => {
  expect(check(text)).toThrow(message)
})

it.each([
  ['30 levels', `{ ${nested(30)} }`],
  ['50 aliases', `{ ${repeat(50, (i) => `a${i}: a`)} }`],
  ['a fragment that contains itself, which the validation rejects', '{ ...f } fragment f on Query { a { ...f } }'],
])('accepts %s', (_what, text) => {
  expect(check(text)).not.toThrow()
})

it('measures each fragment once', () => {
  const text = `{ ...f0 } ${repeat(400, (i) => `fragment f${i} on Query { a { x: a } ...f${i + 1} b { ...f${i + 1} } }`)}`
  expect(check(text)).toThrow('aliases') // 2 ** 400 steps would not end
  expect(check(text.replaceAll('x: ', ''))).toThrow('levels of fields')
})
