import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleStore, createPluginIndex } from '../registry/index.ts'
import { createSourceSet, type SourceSet } from './source-set.ts'

let runtime: TestRuntime
let root: string
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'worker', pluginRoots: [] })
})
afterAll(() => runtime.close())
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-workspace-'))
})
afterEach(() => rm(root, { recursive: true }))

async function write(folder: string, source: string, packageName = 'words'): Promise<void> {
  await mkdir(join(root, folder), { recursive: true })
  const file = { name: packageName, version: '1.0.0', ashlar: { blocks: './index.ts' } }
  await writeFile(join(root, folder, 'package.json'), JSON.stringify(file))
  await writeFile(join(root, folder, 'index.ts'), source)
}

const ENTRY = `import { definePlugin } from '@ashlar/sdk'
export default definePlugin({ name: 'words', blocks: [] })`

interface Opened extends SourceSet {
  /** The reports of the installation. */
  reports(): Promise<unknown[]>
}

function openSources(): Opened {
  const { database, sandbox } = runtime
  if (!sandbox) throw new Error('a worker has a sandbox')
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  const cache = createBundleCache(database)
  const sources = createSourceSet({ id: 'here', sandbox, folders: { roots: [root], packages: [] }, bundles, index, cache })
  const reports = async (): Promise<unknown[]> =>
    (await index.read(new Map())).map(({ packageName, status, error }) => [packageName, status, ...(error ? [error] : [])])
  return { ...sources, reports }
}

it('restores its rows when it expired before a renewal', async () => {
  await write('words', ENTRY)
  const { scan, renew, reports } = openSources()
  await scan()
  await runtime.database.pool.query('delete from plugin_workspace')
  await renew()
  expect(await reports()).toEqual([['words', 'LOADED']])
  await rm(join(root, 'words'), { recursive: true })
  await renew()
  expect(await reports()).toEqual([['words', 'LOADED']])
  await scan()
})

it('loads the first of two folders with one package name and reports the other', async () => {
  await write('words', ENTRY)
  const { scan, reports } = openSources()
  await scan()
  await write('words-try', 'export default {{{')
  await scan()
  const message =
    'words (words-try): package.json: the name "words" is already used by the package in the folder words. Give one of the two another name or id, or remove it.'
  expect(await reports()).toEqual([
    ['words', 'LOADED'],
    ['words (words-try)', 'FAILED', { code: 'DUPLICATE_BLOCK', message }],
  ])
  await rm(join(root, 'words'), { recursive: true })
  await scan()
  expect(await reports()).toMatchObject([['words', 'FAILED', { code: 'PLUGIN_LOAD_FAILED' }]])
  await rm(join(root, 'words-try'), { recursive: true })
  await scan()
})

it('explains a missing default export and missing tests', async () => {
  await write('exports', 'export const plugin = 1', 'exports')
  await write('none', '', 'none')
  const block = (n: number, tests: string) =>
    `{\n  id: '55555555-0000-4000-8000-00000000000${n}', name: 'say${n}', ${tests} description: '', category: 'TEST', kind: 'standard',
     staticOutput: false, serial: false, capabilities: {}, onCrash: 'fail', input: z.object({}), output: z.object({}), *run() {} }`
  const entry = `import { z } from 'zod'\n${ENTRY}`
  await write('tests', entry.replace('words', 'tests').replace('[]', `[${block(1, '')}, ${block(2, 'tests: [],')}]`), 'tests')
  const { scan, reports } = openSources()
  await scan()
  const missing =
    'the file that "ashlar.blocks" in package.json names must export default definePlugin({ name, blocks }); it has no default export'
  const remedy = '. Correct the source and save it: the server then loads the plugin again.'
  const ofTests = 'block "say1": tests: is missing: it must be a list of tests; write tests: [] if there are none'
  expect(await reports()).toEqual([
    [
      'exports',
      'FAILED',
      { code: 'PLUGIN_LOAD_FAILED', message: `exports 1.0.0: index.ts: TypeError: ${missing}, but plugin${remedy}` },
    ],
    ['none', 'FAILED', { code: 'PLUGIN_LOAD_FAILED', message: `none 1.0.0: index.ts: TypeError: ${missing}${remedy}` }],
    [
      'tests',
      'FAILED',
      { code: 'PLUGIN_INVALID', message: `tests 1.0.0: index.ts:4:7: its manifest is not valid: ${ofTests}${remedy}` },
    ],
  ])
})

it('locates load failures in the source', async () => {
  await write('words', `${ENTRY}\n\nfunction fail() {\n  throw new Error('bad day')\n}\nfail()`)
  await write('names', ENTRY.replaceAll('words', 'NAMES'), 'names')
  await write('costs', ENTRY.replace('words', 'costs').replace('[]', `[{\n  id: 'none', name: 'say', tests: [] }]`), 'costs')
  const { scan, reports } = openSources()
  await scan()
  const says = (code: string, message: unknown): unknown => ({ code, message })
  expect(await reports()).toEqual([
    [
      'costs',
      'FAILED',
      says(
        'PLUGIN_INVALID',
        expect.stringMatching(
          /^costs 1\.0\.0: index\.ts:3:7: its manifest is not valid: block "say": id: must be a UUID, got "none"\n.*\n.* category: is missing: it must be text\n/,
        ),
      ),
    ],
    [
      'names',
      'FAILED',
      says('PLUGIN_LOAD_FAILED', expect.stringMatching(/^names 1\.0\.0: index\.ts:2:16: TypeError: plugin name must be /)),
    ],
    [
      'words',
      'FAILED',
      says(
        'PLUGIN_LOAD_FAILED',
        expect.stringMatching(/^words 1\.0\.0: index\.ts:5:9: Error: bad day\. Correct the source and save it: /),
      ),
    ],
  ])
  await Promise.all(['words', 'names', 'costs'].map((folder) => rm(join(root, folder), { recursive: true })))
  await scan()
})

it('reads manifests again after an update and reports those that it cannot use', async () => {
  await write('words', ENTRY)
  await openSources().scan()
  const { pool } = runtime.database
  await pool.query(`update plugin_bundle set release = 'older', manifest = '{ "name": "WORDS" }'`)
  expect(await openSources().reports()).toEqual([
    [
      'words',
      'FAILED',
      { code: 'PLUGIN_INVALID', message: expect.stringMatching(/^words 1\.0\.0: its manifest is not valid in this release/) },
    ],
  ])
  await pool.query(`update bundle_cache set key = 'of the older release'`)
  await openSources().scan()
  expect(await openSources().reports()).toEqual([['words', 'LOADED']])
  await rm(join(root, 'words'), { recursive: true })
  await openSources().scan()
})
