import { expect, test } from 'vitest'
import { parseDocument, parseFragment, toText } from './index.ts'

test('rejects a page that is too large', () => {
  expect(() => parseDocument('a'.repeat(20_000_000))).toThrow('html must have at most 4194304 characters, got 20000000')
})

test('a fragment, a body and a document have the same body', () => {
  for (const html of [
    '<p>a</p>',
    '<body><p>a</p></body>',
    '<head></head><p>a</p>',
    '<!doctype html><html><body><p>a</p></body></html>',
  ])
    expect(parseFragment(html).textContent?.trim()).toBe('a')
})

test('reads elements that are nested very deep', () => {
  expect(toText(parseFragment(`${'<div>'.repeat(3000)}a`))).toBe('a')
})

test('rejects elements that are nested deeper than libraries can follow', () => {
  expect(() => parseFragment(`${'<p>x</p>'.repeat(3)}${'<div>'.repeat(5000)}a`)).toThrow(
    'html is nested more than 4000 levels deep',
  )
})

test('reads a million characters of short paragraphs', () => {
  const text = toText(parseFragment('<p>one <b>two</b> three</p>'.repeat(40_000)))
  expect(text.split('\n\n')).toHaveLength(40_000)
})
