import { mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { PluginReport } from '../../blocks/index.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleStore, createPluginIndex } from '../registry/index.ts'
import { openBundler } from '../bundle/bundle.ts'
import { createWorkspace } from './workspace-plugins.ts'

vi.mock(import('../bundle/bundle.ts'), async (load) => {
  const bundle = await load()
  return { ...bundle, openBundler: vi.fn<typeof bundle.openBundler>(bundle.openBundler) }
})

let runtime: TestRuntime
let root: string
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'worker', pluginRoots: [] })
})
afterAll(() => runtime.close())
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-cache-'))
  await write('package.json', JSON.stringify({ name: 'kept', version: '1.0.0', ashlar: { blocks: './src/index.ts' } }))
  await write('src/index.ts', ENTRY)
  await write('src/text.ts', `export const text = 'first'`)
})
afterEach(() => rm(root, { recursive: true }))

const ENTRY = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
import { text } from './text'

export default definePlugin({
  name: 'kept',
  blocks: [
    defineBlock({
      id: '56555555-0000-4000-8000-000000000001', name: 'say', description: text, category: 'TEST', tests: [],
      input: z.object({}), output: z.object({ text: z.string() }),
      *run() { yield ['text', text] },
    }),
  ],
})
`

async function write(path: string, text: string): Promise<void> {
  const file = join(root, 'plugin', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

interface Scanned {
  /** Plugins that were bundled. */
  bundled: number
  report: PluginReport | undefined
  /** Of its only block. */
  says: string | undefined
  digest: string | undefined
}

/** Long after all that was written, as the file system has it. */
const later = (): number => Date.now() + 60_000

/** As a worker that has just started does it. */
async function scan(now = later): Promise<Scanned> {
  const { database, sandbox } = runtime
  if (!sandbox) throw new Error('a worker has a sandbox')
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  const cache = createBundleCache(database)
  const before = vi.mocked(openBundler).mock.calls.length
  await createWorkspace({ id: 'here', sandbox, folders: { roots: [root], packages: [] }, bundles, index, cache, now }).scan()
  const bundled = vi.mocked(openBundler).mock.calls.length - before
  const found = (await index.read(new Map())).filter(({ packageName }) => packageName === 'kept')
  const { rows } = await database.pool.query<{ digest: string | null }>(
    `select digest from workspace_plugin where package_name = 'kept' order by changed_at desc limit 1`,
  )
  const report = found[0]
  return { bundled, report, says: report?.plugin?.blocks[0]?.description, digest: rows[0]?.digest ?? undefined }
}

it('bundles a plugin once while nothing changes', async () => {
  expect(await scan()).toMatchObject({ bundled: 1, says: 'first' })
  expect(await scan()).toMatchObject({ bundled: 0, says: 'first', report: { status: 'LOADED', version: '1.0.0' } })
})

it('gives a file that was only touched the digest that it had', async () => {
  const { digest } = await scan()
  await utimes(join(root, 'plugin/src/text.ts'), new Date(), new Date())
  expect(await scan()).toMatchObject({ bundled: 1, digest })
  expect((await scan()).bundled).toBe(0)
})

it('sees a change that leaves size and modification time as they were', async () => {
  await utimes(join(root, 'plugin/src/text.ts'), 1000, 1000)
  await scan()
  await write('src/text.ts', `export const text = 'other'`)
  await utimes(join(root, 'plugin/src/text.ts'), 1000, 1000)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'other' })
})

it('tells of a file that is gone, and has the plugin again when it is back', async () => {
  await scan()
  await unlink(join(root, 'plugin/src/text.ts'))
  const { report } = await scan()
  expect(report).toMatchObject({ status: 'FAILED', error: { code: 'PLUGIN_LOAD_FAILED' } })
  await write('src/text.ts', `export const text = 'back'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'back' })
})

it('sees a new file that comes before the one that was imported', async () => {
  await scan()
  await write('src/text.tsx', `export const text = 'shadow'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'shadow' })
})

it('sees another version of the package', async () => {
  const { digest } = await scan()
  await write('package.json', JSON.stringify({ name: 'kept', version: '1.1.0', ashlar: { blocks: './src/index.ts' } }))
  expect(await scan()).toMatchObject({ report: { version: '1.1.0' }, digest })
})

it('sees settings of TypeScript that appear in the folder above', async () => {
  await scan()
  await writeFile(join(root, 'tsconfig.json'), '{}')
  expect((await scan()).bundled).toBe(1)
  expect((await scan()).bundled).toBe(0)
})

it('bundles each time where paths of TypeScript may lead elsewhere', async () => {
  await write('tsconfig.json', '{ "extends": "./base" }')
  await write('base.json', '{ "compilerOptions": { "paths": { "else/*": ["./src/*"] } } }')
  await scan()
  expect((await scan()).bundled).toBe(1)
})

it('bundles again what was written just before, since more may be in the same moment', async () => {
  await scan(Date.now)
  expect((await scan()).bundled).toBe(1)
  expect((await scan()).bundled).toBe(0)
})

it('bundles again when the row of a plugin says nothing that it could', async () => {
  await scan()
  await runtime.database.pool.query(`update bundle_cache set stamps = '[1]'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'first' })
  expect((await scan()).bundled).toBe(0)
})

it('has the same result for two workers that look at once', async () => {
  const both = await Promise.all([scan(), scan()])
  expect(both.map(({ says }) => says)).toEqual(['first', 'first'])
  expect((await scan()).bundled).toBe(0)
})

it('forgets a plugin that is gone', async () => {
  const rows = async (): Promise<unknown[]> =>
    (await runtime.database.pool.query('select from bundle_cache where folder like $1', [`${root}%`])).rows
  await scan()
  expect(await rows()).toHaveLength(1)
  await unlink(join(root, 'plugin/package.json'))
  await scan()
  expect(await rows()).toEqual([])
})

it('sees what becomes of a dependency', async () => {
  await write('src/text.ts', `export { text } from 'dep'`)
  const dep = (folder: string, text: string): Promise<void> =>
    write(`${folder}/index.js`, `export const text = '${text}'`).then(() =>
      write(`${folder}/package.json`, '{ "name": "dep", "main": "lib/main.js" }'),
    )
  await dep('versions/1', 'one')
  await dep('versions/2', 'two')
  const link = join(root, 'node_modules/dep')
  await mkdir(dirname(link))
  await symlink(join(root, 'plugin/versions/1'), link)
  expect(await scan()).toMatchObject({ says: 'one' })
  expect((await scan()).bundled).toBe(0)
  await unlink(link)
  await symlink(join(root, 'plugin/versions/2'), link)
  expect((await scan()).says).toBe('two')
  await write('versions/2/lib/main.js', `export const text = 'main'`)
  expect((await scan()).says).toBe('main')
  await write('versions/2/package.json', '{ "name": "dep", "main": "index.js" }')
  expect((await scan()).says).toBe('two')
  await write('node_modules/dep/index.js', `export const text = 'nearer'`)
  expect((await scan()).says).toBe('nearer')
  expect((await scan()).bundled).toBe(0)
})
