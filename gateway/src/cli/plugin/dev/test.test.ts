import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ashlar, createTestFolder } from '../../../testing/test-plugin.ts'

let root: Awaited<ReturnType<typeof createTestFolder>>
let folder: string
beforeAll(async () => {
  root = await createTestFolder()
  folder = join(root.path, 'sky')
  await ashlar('plugin', 'create', folder)
})
afterAll(() => root.remove())

it('passes the tests of a new package', async () => {
  const { status, stdout } = await ashlar('plugin', 'test', folder)
  expect(stdout.replace(/ in .*/, '')).toBe('✓ sky/slugify  3 tests\n✓ sky/repository  2 tests\n5 tests passed\n')
  expect(status).toBe(0)
})

it('runs the tests of one block and prints JSON', async () => {
  const { status, stdout } = await ashlar('plugin', 'test', folder, '--block', 'repository', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    packageName: 'ashlar-plugin-sky',
    version: '0.1.0',
    plugin: 'sky',
    digest: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    total: 2,
    failed: 0,
    results: [
      {
        block: 'sky/repository',
        test: 'returns the description and the stars',
        difference: null,
        position: 'src/repository.ts:28:13',
      },
      {
        block: 'sky/repository',
        test: 'fails if the repository does not exist',
        difference: null,
        position: 'src/repository.ts:37:13',
      },
    ],
  })
})

it('prints the difference and the position of a failed test, and exits with status 1', async () => {
  await change('src/slugify.ts', `[['slug', 'one_two']]`, `[['slug', 'one-two']]`)
  const { status, stdout } = await ashlar('plugin', 'test', folder)
  expect(stdout.split('\n').slice(0, 7)).toEqual([
    '✗ sky/slugify  3 tests',
    '    uses another separator  src/slugify.ts:19:13',
    '      pair 1 on pin "slug"',
    '      expected  "one-two"',
    '      got       "one_two"',
    '✓ sky/repository  2 tests',
    expect.stringMatching(/^1 of 5 tests failed in /),
  ])
  expect(status).toBe(1)
  await change('src/slugify.ts', `[['slug', 'one-two']]`, `[['slug', 'one_two']]`)
})

it('prints the position of a syntax error', async () => {
  await change('src/slugify.ts', 'export const', 'export cnst')
  const { status, stdout, stderr } = await ashlar('plugin', 'test', folder, '--json')
  expect([status, stderr]).toEqual([1, 'error PLUGIN_LOAD_FAILED: src/slugify.ts:5:8: Unexpected "cnst"\n'])
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'PLUGIN_LOAD_FAILED',
      message: 'src/slugify.ts:5:8: Unexpected "cnst"',
      faults: [{ path: 'src/slugify.ts:5:8', message: 'Unexpected "cnst"' }],
    },
  })
  await change('src/slugify.ts', 'export cnst', 'export const')
})

it('prints the position of an error that the source throws when it loads', async () => {
  await change('src/slugify.ts', `name: 'slugify'`, `name: 'Slug!'`)
  const { status, stderr } = await ashlar('plugin', 'test', folder)
  expect(status).toBe(1)
  expect(stderr).toMatch(/^error PLUGIN_LOAD_FAILED: src\/slugify\.ts:5:\d+: TypeError: block .* name must be like/)
  await change('src/slugify.ts', `name: 'Slug!'`, `name: 'slugify'`)
})

it('lists the blocks for an unknown block, and reports a folder without a plugin', async () => {
  expect((await ashlar('plugin', 'test', folder, '--block', 'none')).stderr).toBe(
    'error NOT_FOUND: plugin sky has no block "none"; it has slugify, repository\n',
  )
  expect((await ashlar('plugin', 'test', root.path)).stderr).toMatch(
    /^error PLUGIN_INVALID: the folder does not contain a plugin/,
  )
  expect((await ashlar('plugin', 'test', 'a', 'b')).status).toBe(2)
})

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8')
  expect(text).toContain(from)
  await writeFile(
    join(folder, path),
    text.replace(from, () => to),
  )
}

it('works, as do check and pack, for a package that disables one of its files for browsers', async () => {
  const other = join(root.path, 'split')
  await ashlar('plugin', 'create', other)
  const manifest = JSON.parse(await readFile(join(other, 'package.json'), 'utf8')) as object
  await writeFile(join(other, 'package.json'), JSON.stringify({ ...manifest, browser: { './src/node.ts': false } }))
  await writeFile(join(other, 'src/node.ts'), `import 'node:fs'\nexport const only = 'node'\n`)
  const entry = join(other, 'src/index.ts')
  await writeFile(
    entry,
    `import * as node from './node.ts'\n${await readFile(entry, 'utf8')}\nexport const names = Object.keys(node)\n`,
  )
  expect(await ashlar('plugin', 'test', other)).toMatchObject({ status: 0, stderr: '' })
  expect(await ashlar('plugin', 'check', other)).toMatchObject({ status: 0, stderr: '' })
  expect(await ashlar('plugin', 'pack', other, '--output', join(root.path, 'split.tgz'))).toMatchObject({ status: 0, stderr: '' })
})
