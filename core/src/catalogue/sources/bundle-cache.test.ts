import { mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { PluginReport } from '../../blocks/index.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleStore, createPluginIndex } from '../registry/index.ts'
import { openBundler } from '../bundle/bundle.ts'
import { createSourceSet } from './source-set.ts'

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
  /** The number of plugins that were bundled. */
  bundled: number
  report: PluginReport | undefined
  /** The description of the plugin's only block. */
  says: string | undefined
  digest: string | undefined
}

/** A time well after all files were written. */
const later = (): number => Date.now() + 60_000

/** Scans as a worker does that has just started. */
async function scan(now = later): Promise<Scanned> {
  const { database, sandbox } = runtime
  if (!sandbox) throw new Error('a worker has a sandbox')
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  const cache = createBundleCache(database)
  const before = vi.mocked(openBundler).mock.calls.length
  await createSourceSet({ id: 'here', sandbox, folders: { roots: [root], packages: [] }, bundles, index, cache, now }).scan()
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

it('bundles a plugin once that uses modules of Node and zod/mini, waits at its top level and imports bytes', async () => {
  const text = (bytes: string): string => `import { join } from 'node:path'; import * as mini from 'zod/mini'
    import bytes from './empty.bin' with { type: 'bytes' }; import module from './empty.wasm'
    export const text = await Promise.resolve(join('a', String(bytes.length), typeof mini.string, String(module), '${bytes}'))`
  await write('src/empty.bin', 'abc')
  await write('src/empty.wasm', '\0asm\u0001\0\0\0')
  await write('src/text.ts', text('b'))
  expect(await scan()).toMatchObject({ bundled: 1, says: 'a/3/function/[object WebAssembly.Module]/b' })
  expect(await scan()).toMatchObject({ bundled: 0 })
  await write('src/empty.bin', 'abcd')
  expect(await scan()).toMatchObject({ bundled: 1, says: 'a/4/function/[object WebAssembly.Module]/b' })
  await write('src/empty.wasm', '\0asm\u0001\0\0')
  expect(await scan()).toMatchObject({ bundled: 1, report: { status: 'FAILED' } })
})

it('keeps the digest if only the modification time of a file changed', async () => {
  const { digest } = await scan()
  await utimes(join(root, 'plugin/src/text.ts'), new Date(), new Date())
  expect(await scan()).toMatchObject({ bundled: 1, digest })
  expect((await scan()).bundled).toBe(0)
})

it('sees a change that keeps size and modification time', async () => {
  await utimes(join(root, 'plugin/src/text.ts'), 1000, 1000)
  await scan()
  await write('src/text.ts', `export const text = 'other'`)
  await utimes(join(root, 'plugin/src/text.ts'), 1000, 1000)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'other' })
})

it('reports a removed file until it is restored', async () => {
  await scan()
  await unlink(join(root, 'plugin/src/text.ts'))
  const { report } = await scan()
  expect(report).toMatchObject({ status: 'FAILED', error: { code: 'PLUGIN_LOAD_FAILED' } })
  await write('src/text.ts', `export const text = 'back'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'back' })
})

it('sees a new file that takes precedence over the imported one', async () => {
  await scan()
  await write('src/text.tsx', `export const text = 'shadow'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'shadow' })
})

it('sees another version of the package', async () => {
  const { digest } = await scan()
  await write('package.json', JSON.stringify({ name: 'kept', version: '1.1.0', ashlar: { blocks: './src/index.ts' } }))
  expect(await scan()).toMatchObject({ report: { version: '1.1.0' }, digest })
})

it('sees a new tsconfig.json in the folder above', async () => {
  await scan()
  await writeFile(join(root, 'tsconfig.json'), '{}')
  expect((await scan()).bundled).toBe(1)
  expect((await scan()).bundled).toBe(0)
})

it('bundles every time if a tsconfig.json has paths', async () => {
  await write('tsconfig.json', '{ "extends": "./base" }')
  await write('base.json', '{ "compilerOptions": { "paths": { "else/*": ["./src/*"] } } }')
  await scan()
  expect((await scan()).bundled).toBe(1)
})

it('bundles a file again that was written just before the scan, because a later write may have the same timestamp', async () => {
  await scan(Date.now)
  expect((await scan()).bundled).toBe(1)
  expect((await scan()).bundled).toBe(0)
})

it('bundles again when the row of a plugin is invalid', async () => {
  await scan()
  await runtime.database.pool.query(`update bundle_cache set stamps = '[1]'`)
  expect(await scan()).toMatchObject({ bundled: 1, says: 'first' })
  expect((await scan()).bundled).toBe(0)
})

it('gives two workers that scan concurrently the same result', async () => {
  const both = await Promise.all([scan(), scan()])
  expect(both.map(({ says }) => says)).toEqual(['first', 'first'])
  expect((await scan()).bundled).toBe(0)
})

it('deletes the row of a removed plugin', async () => {
  const rows = async (): Promise<unknown[]> =>
    (await runtime.database.pool.query('select from bundle_cache where folder like $1', [`${root}%`])).rows
  await scan()
  expect(await rows()).toHaveLength(1)
  await unlink(join(root, 'plugin/package.json'))
  await scan()
  expect(await rows()).toEqual([])
})

it('sees changes of a dependency', async () => {
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

const says = (text: string): string => `export const text = '${text}'`
const packageJson = (fields: object): string => JSON.stringify(fields)

describe('sees when an import resolves to another file:', () => {
  type Change = [file: string, text: string | undefined]

  it.each<[title: string, specifier: string, before: Record<string, string>, change: Change]>([
    ['a file appears beside an imported folder', './lib', { 'src/lib/index.ts': says('old') }, ['src/lib.ts', says('new')]],
    [
      'a file that hid another is removed',
      './lib',
      { 'src/lib.ts': says('old'), 'src/lib/index.ts': says('new') },
      ['src/lib.ts', undefined],
    ],
    [
      'the main file of an imported folder appears',
      './lib',
      {
        'src/lib/package.json': packageJson({ main: './out/main' }),
        'src/lib/out/other.js': '',
        'src/lib/index.js': says('old'),
      },
      ['src/lib/out/main.js', says('new')],
    ],
    [
      'an empty folder of a nearer package is filled',
      'dep',
      { 'src/node_modules/dep/notes.txt': '', 'node_modules/dep/index.js': says('old') },
      ['src/node_modules/dep/index.js', says('new')],
    ],
    [
      'the main file of a nearer package appears',
      'dep',
      {
        'src/node_modules/dep/package.json': packageJson({ main: 'lib/main.js' }),
        'src/node_modules/dep/lib/other.js': '',
        'node_modules/dep/index.js': says('old'),
      },
      ['src/node_modules/dep/lib/main.js', says('new')],
    ],
    [
      'a nearer package gets another main file',
      'dep',
      {
        'src/node_modules/dep/package.json': packageJson({ main: 'none.js' }),
        'src/node_modules/dep/main.js': says('new'),
        'node_modules/dep/index.js': says('old'),
      },
      ['src/node_modules/dep/package.json', packageJson({ main: 'main.js' })],
    ],
    [
      'a nearer package gets the imported file',
      'dep/lib/text.js',
      { 'src/node_modules/dep/lib/other.js': '', 'node_modules/dep/lib/text.js': says('old') },
      ['src/node_modules/dep/lib/text.js', says('new')],
    ],
    [
      'a package exports another file',
      '@scope/dep/text',
      {
        'node_modules/@scope/dep/package.json': packageJson({ name: '@scope/dep', exports: { './text': './a.js' } }),
        'node_modules/@scope/dep/a.js': says('old'),
        'node_modules/@scope/dep/b.js': says('new'),
      },
      ['node_modules/@scope/dep/package.json', packageJson({ name: '@scope/dep', exports: { './text': './b.js' } })],
    ],
    [
      'package.json replaces a file for browsers',
      './lib.js',
      { 'src/lib.js': says('old'), 'src/browser.js': says('new') },
      [
        'package.json',
        packageJson({ name: 'kept', ashlar: { blocks: './src/index.ts' }, browser: { './src/lib.js': './src/browser.js' } }),
      ],
    ],
  ])('%s', async (_title, specifier, before, [file, text]) => {
    await write('src/text.ts', `export { text } from '${specifier}'`)
    for (const [path, content] of Object.entries(before)) await write(path, content)
    expect(await scan()).toMatchObject({ bundled: 1, says: 'old' })
    expect(await scan()).toMatchObject({ bundled: 0, says: 'old' })
    if (text === undefined) await unlink(join(root, 'plugin', file))
    else await write(file, text)
    expect(await scan()).toMatchObject({ bundled: 1, says: 'new' })
    expect((await scan()).bundled).toBe(0)
  })

  it('a link inside a package leads to another folder', async () => {
    await write('src/text.ts', `export { text } from 'dep/link/text.js'`)
    await write('versions/1/text.js', says('old'))
    await write('versions/2/text.js', says('new'))
    await write('node_modules/dep/notes.txt', '')
    const link = join(root, 'plugin/node_modules/dep/link')
    await symlink(join(root, 'plugin/versions/1'), link)
    expect(await scan()).toMatchObject({ says: 'old' })
    await unlink(link)
    await symlink(join(root, 'plugin/versions/2'), link)
    expect(await scan()).toMatchObject({ bundled: 1, says: 'new' })
  })
})

it('bundles every time if an import is a pattern', async () => {
  await write('src/texts/one.ts', says('one'))
  await write('src/text.ts', `export const load = (name: string) => import('./texts/' + name + '.ts')\n${says('text')}`)
  await scan()
  expect((await scan()).bundled).toBe(1)
})
