import { afterEach, expect, it } from 'vitest'
import { createDraftBundler } from '../bundle/index.ts'
import { writeTestPackage, type TestPackage } from '../../testing/test-package.ts'
import { findFetchUses } from './fetch-uses.ts'

let made: TestPackage | undefined
afterEach(() => made?.remove())

async function findIn(source: string, use = `import 'dep'`): Promise<unknown> {
  made = await writeTestPackage('', use, { 'node_modules/dep/index.js': source })
  const bundler = createDraftBundler(made.source)
  const found = await findFetchUses(await bundler.bundle())
  bundler.close()
  return found
}

it.each([
  [`exports.get = (url) => fetch(url)`, 'node_modules/dep/index.js:1:24'],
  [`const a = 1\nexports.get = (url) => globalThis.fetch(url)`, 'node_modules/dep/index.js:2:24'],
  [`exports.get = (url, { fetch: send = fetch }) => send(url)`, 'node_modules/dep/index.js:1:37'],
])('finds the global fetch in a dependency: %s', async (source, position) => {
  expect(await findIn(source)).toEqual([{ packageName: 'dep', position }])
})

it.each([
  `exports.get = (context, url) => context.fetch(url)`,
  `exports.get = (fetch, url) => fetch(url)`,
  `exports.get = ({ fetch }, url) => fetch(url)`,
  `const fetch = () => 1; exports.get = () => fetch()`,
  `exports.get = (url) => (typeof fetch === 'function' ? fetch(url) : undefined)`,
])('does not take another fetch for the global one: %s', async (source) => {
  expect(await findIn(source)).toEqual([])
})

it('ignores code that is not part of the bundle', async () => {
  expect(await findIn(`export const get = (url) => fetch(url); export const a = 1`, `import { a } from 'dep'; void a`)).toEqual(
    [],
  )
})
