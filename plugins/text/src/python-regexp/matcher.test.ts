import { expect, test } from 'vitest'
import { createMatcher, PatternError } from './index.ts'

/**
 * Pattern, text, and the result of `re.finditer` in Python 3.11: the text of each match, or of each match and its
 * groups.
 */
const MATCHES: [pattern: string, text: string, matches: (string | (string | null)[])[]][] = [
  ['\\w+', 'Müller Ångström_9 नमस्ते', ['Müller', 'Ångström_9', 'नमस', 'त']],
  ['\\d+', '1٣४５²', ['1٣४５']],
  ['[\\d.]+', '1.٣', ['1.٣']],
  ['\\s', 'a\u2003b\u001cc\ufeffd', ['\u2003', '\u001c']],
  ['\\b\\w', 'été à', ['é', 'à']],
  ['\\Bt', 'été t', ['t']],
  ['\\W+', 'Müller, É', [', ']],
  ['[^\\W\\d]+', 'añ1b', ['añ', 'b']],
  ['(?a)\\w+', 'Müller', ['M', 'ller']],
  ['a{,3}', 'aaaa', ['aaa', 'a', '']],
  ['a{2,}', 'aaaa', ['aaaa']],
  ['x{', 'x{', ['x{']],
  ['x{a}', 'x{a}', ['x{a}']],
  ['a{,}b', 'aab', ['aab']],
  ['x{}', 'x{}', ['x{}']],
  ['a++b', 'aaab', ['aaab']],
  ['a++ab', 'aaab', []],
  ['(?>a|ab)c', 'abc', []],
  ['(?>ab|a)c', 'abc', ['abc']],
  ['(?:a?)++b', 'aab', ['aab']],
  ['a*+a', 'aaa', []],
  [
    '(?P<q>["\\\']).*?(?P=q)',
    "say \"it's\" 'ok'",
    [
      ['"it\'s"', '"'],
      ["'ok'", "'"],
    ],
  ],
  ['(a)(b)\\2\\1', 'abba', [['abba', 'a', 'b']]],
  ['(\\w)\\1', 'hello', [['ll', 'l']]],
  ['(?i)STRASSE|ǅ', 'straße strasse ǆ', ['strasse', 'ǆ']],
  ['(?i)[a-z]+', 'İıſK', ['İıſK']],
  ['(?i:A)b', 'ab aB', ['ab']],
  ['(?i)a(?-i:b)', 'AB Ab', ['Ab']],
  ['(?i)\\w', '\u0345', []],
  ['(?s).', '\n', ['\n']],
  ['(?s:.)(?-s:.)', '\n\n\na', ['\na']],
  ['.', '\r\u2028', ['\r', '\u2028']],
  ['^b', 'a\rb\nb', []],
  ['(?m)^.$', 'a\nb\rc\nd', ['a', 'd']],
  ['a$', 'a\n', ['a']],
  ['a\\Z', 'a\n', []],
  ['\\Aa', 'aa', ['a']],
  ['(?m)a$', 'a\nba\n', ['a', 'a']],
  ['(?x) a b # c', 'ab', ['ab']],
  ['(?x) [ ] \\  ', 'a   ', ['  ']],
  ['a(?#comment)b', 'ab', ['ab']],
  ['[]a]+', 'x]a]', [']a]']],
  ['[^]a]+', 'x]a]', ['x']],
  ['[a\\]]+', 'a]', ['a]']],
  ['[a-]+', 'a-', ['a-']],
  ['[\\b]', '\b', ['\b']],
  ['[[a]+', '[a', ['[a']],
  ['[\\x41-\\u0043]+', 'ABCD', ['ABC']],
  ['\\101\\0', 'A\u0000', ['A\u0000']],
  ['(?<=é)a', 'éa a', ['a']],
  ['(?<!é)a', 'éa a', ['a']],
  ['(?<=ab|cd)x', 'abx cdx ex', ['x', 'x']],
  ['(?=(a+))a*b\\1', 'baaabac', [['aba', 'a']]],
  ['\\b|\\w+', 'ab', ['', 'ab', '']],
  ['a*', 'baac', ['', 'aa', '', '']],
  ['a*?', 'aa', ['', 'a', '', 'a', '']],
  ['(?:)', '😀', ['', '']],
  ['.', '😀é', ['😀', 'é']],
  ['[😀-😂]', '😁', ['😁']],
  ['\\U0001f600', '😀', ['😀']],
  ['\\B', 'a😀 ', ['', '']],
  ['(a|b)+', 'abab', [['abab', 'b']]],
  [
    '(?:(a)|c)(b)?',
    'abc',
    [
      ['ab', 'a', 'b'],
      ['c', null, null],
    ],
  ],
]

/** Patterns that `re.compile` of Python 3.11 rejects. */
const INVALID = [
  '(',
  ')',
  '*a',
  'a**',
  'a{3,2}',
  '[b-a]',
  '[a',
  '\\q',
  '(?<=a+)b',
  '(a\\1)',
  '\\1',
  '(?P<a>x)(?P<a>y)',
  'a(?i)b',
  '(?P=a)',
  '(?z)',
  '(?Pa)',
  '^*',
  '\\p{L}',
  '\\x1',
  '\\400',
  '\\',
  '(?P<1>x)',
  '(?i-i:x)',
  '(?#x',
]

/** Python patterns that JavaScript cannot match in the same way. */
const UNSUPPORTED: [pattern: string, position: number][] = [
  ['(a)?(?(1)b|c)', 4],
  ['\\N{DIGIT ONE}', 0],
  ['(a)?\\1', 4],
  ['(?:(a)|b)\\1', 9],
  ['(?:|a)*', 6],
  ['(?:a??)+b', 7],
  ['(?<=(?>a))b', 4],
]

const compile = (pattern: string) => createMatcher(pattern, { ignoreCase: false, dotAll: false })

test.each(MATCHES)('%j has the same matches in %j as in Python', (pattern, text, matches) => {
  const matcher = compile(pattern)
  const found = [...matcher.matchAll(text)].map((match, i) => {
    const expected = matches[i]
    return Array.isArray(expected) ? expected.map((_, group) => match.group(group) ?? null) : match.group(0)
  })
  expect(found).toEqual(matches)
  expect(matcher.test(text)).toBe(matches.length > 0)
})

test.each(INVALID)('rejects %j, like Python', (pattern) => {
  expect(errorKind(pattern)).toBe('invalid')
})

test.each(UNSUPPORTED)('rejects %j as unsupported at position %i', (pattern, position) => {
  expect(errorKind(pattern)).toBe('unsupported')
  expect(() => compile(pattern)).toThrow(`at position ${position}`)
})

test('shows the pattern in the message', () => {
  expect(() => compile('a(')).toThrow(
    'the pattern "a(" is not a regular expression of Python: missing ), unterminated subpattern at position 1; correct it, and write a backslash before each special character to match it literally, as in "\\("',
  )
})

test('rejects the text of a group only if it could differ from the text in Python', () => {
  const readGroup = (pattern: string, text: string, group: number) => [...compile(pattern).matchAll(text)][0]?.group(group)
  expect(readGroup('(?:(a)|b)*', 'ab', 0)).toBe('ab')
  expect(() => readGroup('(?:(a)|b)*', 'ab', 1)).toThrow(PatternError)
  expect(() => readGroup('(a*)*', 'b', 1)).toThrow(PatternError)
  expect(() => readGroup('(?<=([ab]){2})c', 'abc', 1)).toThrow(PatternError)
  expect(readGroup('(a|b)*', 'ab', 1)).toBe('b')
  expect(readGroup('(?:(a)|b)', 'b', 1)).toBeUndefined()
  expect(readGroup('(a)', 'a', 2)).toBeUndefined()
})

test('applies the flags for case and line breaks', () => {
  const matcher = createMatcher('a.É', { ignoreCase: true, dotAll: true })
  expect([...matcher.matchAll('A\né')].map((match) => match.group(0))).toEqual(['A\né'])
})

function errorKind(pattern: string): string | undefined {
  try {
    compile(pattern)
    return undefined
  } catch (error) {
    return error instanceof PatternError ? error.kind : String(error)
  }
}
