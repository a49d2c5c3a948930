import { expect, it } from 'vitest'
import { findNextLink } from '@ashlar/sdk/rest'
import { nextPosition, readItems, type Paging } from './paging.ts'

it.each([
  ['<https://a.example/?page=2>; rel="next"', 'https://a.example/?page=2'],
  ['</items?page=1>; rel="prev", </items?page=3>; rel="next"', '/items?page=3'],
  ['<https://a.example/a,b?c=;>; title="a, b; rel=\\"next\\""; rel="last next"', 'https://a.example/a,b?c=;'],
  ['<https://a.example/2>; REL=Next', 'https://a.example/2'],
  ['<https://a.example/2>; rel="nextish"', undefined],
  ['<https://a.example/9>; rel="last"', undefined],
  ['', undefined],
])('finds the next page in the Link header %j', (header, url) => {
  expect(findNextLink(header)).toBe(url)
})

const PAGING: Paging = { by: 'cursor', items: '', cursor: 'next', parameter: '', first: 1, step: 1 }

function next(body: unknown, paging: Partial<Paging> = {}, link?: string): unknown {
  const headers = new Headers(link === undefined ? {} : { link })
  return nextPosition({ ...PAGING, ...paging }, { url: 'https://a.example/v1/items?x=1', body, headers }, 2)
}

it('follows cursors and URLs in the page', () => {
  expect(next({ next: 'abc' })).toEqual({ value: 'abc' })
  expect(next({ next: 0 })).toEqual({ value: 0 })
  expect(next({ next: 12345678901234567890n })).toEqual({ value: 12345678901234567890n })
  expect(next({ next: 'https://a.example/v1/items?cursor=abc' })).toEqual({ url: 'https://a.example/v1/items?cursor=abc' })
  expect(next({ meta: [{ next: 'abc' }] }, { cursor: 'meta.0.next' })).toEqual({ value: 'abc' })
})

it.each([{}, { next: null }, { next: '' }, { next: false }])('ends after the page %j', (body) => {
  expect(next(body)).toBeUndefined()
})

it('rejects a cursor that is neither a text nor a number', () => {
  expect(() => next({ next: { a: 1 } })).toThrow('the cursor must be a text or a number, got {"a":1}')
})

it('counts pages and offsets', () => {
  expect(next([1], { by: 'number' })).toEqual({ value: 4 })
  expect(next([1], { by: 'number', first: 0, step: 50 })).toEqual({ value: 150 })
})

it('resolves the URL of a Link header', () => {
  expect(next([], { by: 'link' }, '<?page=2>; rel=next')).toEqual({ url: 'https://a.example/v1/items?page=2' })
  expect(next([], { by: 'link' })).toBeUndefined()
})

it('names the keys of a page without items', () => {
  expect(() => readItems({ results: [], total: 0 }, '')).toThrow(
    'the response is not a list; its keys are results, total; set "items" to the place of the items, such as "data.items"',
  )
  expect(() => readItems({ results: [] }, 'items')).toThrow('the response has no list at "items"; its keys are results')
})
