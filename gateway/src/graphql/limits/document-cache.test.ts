import { parse } from 'graphql'
import { expect, it } from 'vitest'
import { createDocumentCache } from './document-cache.ts'

it('limits the memory of its documents', () => {
  const cache = createDocumentCache(125_000)
  const texts = Array.from({ length: 1000 }, (_, i) => `{ a${i} } # ${'x'.repeat(25_000)}`)
  for (const text of texts) cache.add(text, parse(text))
  expect(texts.filter((text) => cache.find(text))).toEqual(texts.slice(-2))
})

it('counts the tokens of a document', () => {
  const cache = createDocumentCache(1024 * 1024)
  const texts = Array.from({ length: 10 }, (_, i) => `{ a${i} ${'a '.repeat(1000)} }`)
  for (const text of texts) cache.add(text, parse(text))
  expect(texts.filter((text) => cache.find(text))).toEqual(texts.slice(-2))
})

it('keeps the errors of a document', () => {
  const cache = createDocumentCache()
  const document = parse('{ a }')
  cache.add('{ a }', document)
  expect(cache.findErrors(document)).toBeUndefined()
  cache.addErrors(document, [])
  expect(cache.findErrors(document)).toEqual([])
})
