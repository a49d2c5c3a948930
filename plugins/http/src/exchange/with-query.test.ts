import { expect, it } from 'vitest'
import { withQuery } from './with-query.ts'

it.each([
  ['https://a.example/x', {}, 'https://a.example/x'],
  ['https://a.example/x', { q: 'a b&c', n: 1, yes: true }, 'https://a.example/x?q=a%20b%26c&n=1&yes=true'],
  ['https://a.example/x?y=z', { tag: ['a', 'b'] }, 'https://a.example/x?y=z&tag=a&tag=b'],
  ['https://a.example/x#end#more', { q: 'é' }, 'https://a.example/x?q=%C3%A9#end#more'],
])('%s with %j', (url, query, expected) => {
  expect(withQuery(url, query)).toBe(expected)
})
