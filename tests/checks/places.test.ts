import { expect, it } from 'vitest'
import { findMissingFiles } from './places.ts'

const KNOWN = ['core/src/base/codes.ts', 'docs/page.md', 'docs/other.md']

function check(text: string): string[] {
  return findMissingFiles([{ path: 'docs/page.md', text }], KNOWN)
}

it('accepts a path from the root, relative to the page, and the end of a path', () => {
  expect(check('`core/src/base/codes.ts`, `base/codes.ts`, `codes.ts` and [other](other.md)')).toEqual([])
})

it('reports a missing file with its line', () => {
  expect(check('\nSee `core/src/codes.ts`.')).toEqual(['docs/page.md:2: there is no file core/src/codes.ts'])
})

it('reports a link that leads nowhere', () => {
  expect(check('[gone](gone.md#part)')).toEqual(['docs/page.md:1: the link gone.md leads to no file'])
})

it('ignores the files of examples and web addresses', () => {
  expect(check('`src/index.ts`, `package.json` and [web](https://example.com/a.md)')).toEqual([])
})
