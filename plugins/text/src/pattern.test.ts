import { expect, test } from 'vitest'
import { parsePattern } from './pattern.ts'

const find = (pattern: string, text: string) => text.match(parsePattern(pattern, { caseSensitive: true, dotAll: false }))

test('takes groups as Python names them', () => {
  expect(find('(?P<a>x)-(?P=a)', 'x-x')).toEqual(['x-x'])
})

test('takes flags in front', () => {
  expect(find('(?is)a.B', 'A\nb')).toEqual(['A\nb'])
})

test('takes \\A and \\Z', () => {
  expect(find('\\Aa|b\\Z', 'a\nab')).toEqual(['a', 'b'])
  expect(find('a\\Z', 'a\n')).toBeNull()
})

test('a dollar sign matches before a last line break, but not inside a class or escaped', () => {
  expect(find('a$', 'a\n')).toEqual(['a'])
  expect(find('a$', 'a\nb')).toBeNull()
  expect(find('[$]\\$', '$$')).toEqual(['$$'])
})

test('a class may begin with its closing bracket', () => {
  expect(find('[]a]+', 'x]a]')).toEqual([']a]'])
})

test('takes escapes that need no escaping', () => {
  expect(find('a\\-b', 'a-b')).toEqual(['a-b'])
})
