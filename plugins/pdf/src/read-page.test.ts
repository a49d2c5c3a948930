import { expect, test } from 'vitest'
import { readPage } from './read-page.ts'

test('separates ligatures, and keeps signs that have a meaning of their own', async () => {
  const items = [{ str: 'ﬁve m² ½ ① ™', hasEOL: true }, { str: 'ﻻ e\u0301 ' }]
  const page = { getTextContent: () => Promise.resolve({ items }), cleanup: () => undefined }
  expect(await readPage(page)).toBe('five m² ½ ① ™\nلا é')
})
