import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildClient } from './build-packages.ts'

let folder: string
let manifest: { exports: Record<string, { default: string; types: string } | string>; dependencies?: object }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-client-'))
  await buildClient(folder)
  manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as typeof manifest
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['.', ['AshlarApiError', 'createClient', 'startExecution', 'unwrap', 'waitForExecution']],
  ['./possible-types', ['possibleTypes']],
  ['./keys', ['keys']],
  ['./updates', ['updates']],
])('the entry %s of the built package has its exports and types', async (entry, names) => {
  const { default: file = '', types = '' } = manifest.exports[entry] as { default?: string; types?: string }
  expect(Object.keys((await import(pathToFileURL(join(folder, file)).href)) as object)).toEqual(expect.arrayContaining(names))
  for (const name of names) expect(await readFile(join(folder, types), 'utf8')).toContain(name)
})

it('the built package has no dependencies', () => {
  expect(manifest.dependencies).toBeUndefined()
})
