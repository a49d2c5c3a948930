import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packPlugin } from './packed.ts'
import { packTarball } from './tar.ts'
import { ashlar, createTestFolder } from '../../../testing/test-plugin.ts'

const run = promisify(execFile)
let root: Awaited<ReturnType<typeof createTestFolder>>
let folder: string
beforeAll(async () => {
  root = await createTestFolder()
  folder = join(root.path, 'one', 'sky')
  await ashlar('plugin', 'create', folder, '--name', '@me/sky')
  // A dependency, as a package manager may keep it: not where it is looked for first.
  const dependency = join(root.path, 'one', 'node_modules', 'blue')
  await mkdir(dependency, { recursive: true })
  await writeFile(join(dependency, 'package.json'), '{ "name": "blue", "type": "module", "exports": "./index.js" }')
  await writeFile(join(dependency, 'index.js'), `export const blue = '#00f'`)
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies: { blue: '^1.0.0' } }, null, 2))
  const index = join(folder, 'src/index.ts')
  await writeFile(index, `${await readFile(index, 'utf8')}\nimport { blue } from 'blue'\nexport const colour = blue + 1\n`)
  await writeFile(join(folder, '.env'), 'SECRET=1')
  await writeFile(join(folder, 'notes.txt'), '')
})
afterAll(() => root.remove())

it('gives the same bytes for the same source, wherever and whenever it was written', async () => {
  const other = join(root.path, 'two', 'deeper', 'copy')
  await cp(folder, other, { recursive: true })
  await cp(join(root.path, 'one', 'node_modules'), join(other, 'node_modules'), { recursive: true })
  for (const name of await readdir(join(other, 'src'))) await utimes(join(other, 'src', name), 1, 1)
  const files = ['a.tgz', 'b.tgz'].map((name) => join(root.path, name))
  const [first, second] = await Promise.all(
    [folder, other].map((each, i) => ashlar('plugin', 'pack', each, '--output', files[i] ?? '', '--json')),
  )
  const bytes = await Promise.all(files.map((file) => readFile(file)))
  expect(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0))).toBe(true)
  const facts = JSON.parse(first?.stdout ?? '') as Record<string, unknown>
  expect(facts).toEqual({ ...(JSON.parse(second?.stdout ?? '') as object), file: files[0] })
  expect(facts).toMatchObject({
    packageName: '@me/sky',
    version: '0.1.0',
    sha256: createHash('sha256')
      .update(bytes[0] ?? '')
      .digest('hex'),
    integrity: `sha512-${createHash('sha512')
      .update(bytes[0] ?? '')
      .digest('base64')}`,
  })
})

it('makes a tarball that tar reads: the source, and blocks that need nothing but the host', async () => {
  const file = join(root.path, 'c.tgz')
  const { status, stdout } = await ashlar('plugin', 'pack', folder, '-o', file)
  expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^✓ .*c\.tgz {2}7 files, \d\.\d kB$/)])
  const list = await run('tar', ['-tvzf', file], { env: { TZ: 'UTC', LC_ALL: 'C' } })
  expect(list.stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' ').replace(/ \d+ (?=1985)/, ' '))).toEqual([
    ...['LICENSE', 'README.md', 'dist/blocks.js', 'package.json', 'src/index.ts', 'src/repository.ts', 'src/slugify.ts'].map(
      (path) => `-rw-r--r-- 0/0 1985-10-26 08:15 package/${path}`,
    ),
    '',
  ])
  const out = join(root.path, 'out')
  await mkdir(out)
  await run('tar', ['-xzf', file, '-C', out])
  expect(JSON.parse(await readFile(join(out, 'package/package.json'), 'utf8'))).toMatchObject({
    name: '@me/sky',
    ashlar: { blocks: './dist/blocks.js', source: './src/index.ts' },
  })
  const code = await readFile(join(out, 'package/dist/blocks.js'), 'utf8')
  expect([...code.matchAll(/from "([^"]+)"/g)].map(([, name]) => name)).toEqual([
    '@ashlar/sdk',
    '@ashlar/sdk',
    'zod',
    '@ashlar/sdk',
    'zod',
  ])
  expect(code).not.toContain('node_modules')
  expect((await ashlar('plugin', 'test', join(out, 'package'))).status).toBe(0)
})

it('writes with which SDK it was made, where one is installed', async () => {
  const sdkOf = async (): Promise<unknown> => {
    const { entries } = await packPlugin(folder)
    const json = entries.find(({ path }) => path === 'package.json')?.bytes.toString() ?? ''
    return (JSON.parse(json) as { ashlar: { sdk?: string } }).ashlar.sdk
  }
  expect(await sdkOf()).toBeUndefined()
  const sdk = join(folder, 'node_modules/@ashlar/sdk')
  await mkdir(sdk, { recursive: true })
  await writeFile(join(sdk, 'package.json'), '{ "name": "@ashlar/sdk", "version": "0.1.7" }')
  expect(await sdkOf()).toBe('0.1.7')
})

it('refuses a package that could not be published', async () => {
  const file = join(folder, 'package.json')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"src"', '"lib"'))
  expect(await ashlar('plugin', 'pack', folder)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^error PLUGIN_INVALID: package\.json:\d+:3: leaves out src\/repository\.ts, which the blocks need\n/,
    ),
  })
  await writeFile(file, text)
})

it('takes long paths, and refuses those that no tarball has', async () => {
  const long = `${'a'.repeat(90)}/${'b'.repeat(90)}`
  const file = join(root.path, 'long.tgz')
  await writeFile(file, packTarball([{ path: long, bytes: Buffer.from('x') }]))
  expect((await run('tar', ['-tzf', file])).stdout).toBe(`package/${long}\n`)
  expect(() => packTarball([{ path: 'c'.repeat(200), bytes: Buffer.alloc(0) }])).toThrow('the path is too long for a tarball')
})
