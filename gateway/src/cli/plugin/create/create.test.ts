import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installCommand, sdkOrigin } from '../draft/installing.ts'
import { ashlar, createTestFolder, installFromWorkspace } from '../../../testing/test-plugin.ts'

const run = promisify(execFile)
let root: Awaited<ReturnType<typeof createTestFolder>>
beforeAll(async () => {
  root = await createTestFolder()
})
afterAll(() => root.remove())

const readJson = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>

it('creates a package whose source compiles', async () => {
  const folder = join(root.path, 'weather')
  const { status, stdout, stderr } = await ashlar('plugin', 'create', folder, '--json', '--author', 'Ada')
  expect([status, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({
    folder,
    packageName: 'ashlar-plugin-weather',
    plugin: 'weather',
    files: [
      '.gitignore',
      'LICENSE',
      'README.md',
      'package.json',
      'src/index.ts',
      'src/repository.ts',
      'src/slugify.ts',
      'tsconfig.json',
    ],
  })
  expect(await readJson(join(folder, 'package.json'))).toMatchObject({
    name: 'ashlar-plugin-weather',
    version: '0.1.0',
    license: 'MIT',
    type: 'module',
    files: ['src', 'README.md', 'LICENSE'],
    devDependencies: {
      '@ashlar/sdk': expect.stringMatching(/^file:(\.\.\/)+.*plugins\/sdk$/) as unknown,
      zod: expect.stringMatching(/^4\.\d+\.\d+$/) as unknown,
    },
    ashlar: { blocks: './src/index.ts' },
  })
  expect(await readFile(join(folder, 'LICENSE'), 'utf8')).toContain(`Copyright (c) ${new Date().getFullYear()} Ada`)
  await installFromWorkspace(folder)
  await run(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-p', folder])
})

it.each([
  ['../../../../../plugins/tides', 'workspace:*', 'npx pnpm@12 install'],
  ['../../../../../tides', 'file:../plugins/sdk', 'npm --prefix tides install'],
  ['../../../../../plugins/tides/inner', 'file:../../sdk', 'npm --prefix plugins/tides/inner install'],
])('refers to the SDK of the clone from %s', async (path, origin, command) => {
  const folder = fileURLToPath(new URL(path, import.meta.url))
  expect(await sdkOrigin(folder)).toBe(origin)
  expect(await installCommand(folder)).toBe(command)
})

it('resolves symbolic links in the parent path of a new folder', async () => {
  const plugins = fileURLToPath(new URL('../../../../../plugins', import.meta.url))
  await symlink(plugins, join(root.path, 'link'))
  expect(await sdkOrigin(join(root.path, 'link', 'tides'))).toBe('workspace:*')
})

it('creates a package that npm installs without downloading any Ashlar package', async () => {
  const folder = join(root.path, 'installed')
  const { stdout } = await ashlar('plugin', 'create', folder)
  const json = await readJson(join(folder, 'package.json'))
  // Checks only the SDK: the registry provides the other packages.
  const { '@ashlar/sdk': sdk } = json.devDependencies as Record<string, string>
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ ...json, devDependencies: { '@ashlar/sdk': sdk }, peerDependencies: {} }),
  )
  const command = /^ {2}(npm .*)$/m.exec(stdout)?.[1] ?? ''
  await run('sh', ['-c', `${command} --offline --omit=peer --no-audit --no-fund`])
  expect(await readJson(join(folder, 'node_modules/@ashlar/sdk/package.json'))).toMatchObject({ name: '@ashlar/sdk' })
})

it('creates a new id for each block of each package', async () => {
  await Promise.all(['one', 'two'].map((name) => ashlar('plugin', 'create', join(root.path, name), '--yes')))
  const sources = await Promise.all(
    ['one/src/slugify.ts', 'one/src/repository.ts', 'two/src/slugify.ts', 'two/src/repository.ts'].map((path) =>
      readFile(join(root.path, path), 'utf8'),
    ),
  )
  const ids = sources.map((text) => /id: '([0-9a-f-]{36})'/.exec(text)?.[1])
  expect(new Set(ids).size).toBe(4)
  expect(ids).not.toContain(undefined)
})

it('uses the given name, title, licence and SDK', async () => {
  const folder = join(root.path, 'named')
  const tarball = join(root.path, 'sdk.tgz')
  await writeFile(tarball, '')
  const flags = ['--name', '@me/sky', '--title', 'The sky', '--license', 'isc', '--sdk', tarball, '--testing', '0.1.0']
  const { status, stdout } = await ashlar('plugin', 'create', folder, ...flags)
  expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining('@me/sky')])
  expect(await readJson(join(folder, 'package.json'))).toMatchObject({
    name: '@me/sky',
    description: 'The sky: blocks for Ashlar.',
    license: 'ISC',
    scripts: { test: 'ashlar plugin test && vitest run' },
    devDependencies: { '@ashlar/sdk': 'file:../sdk.tgz', '@ashlar/testing': '0.1.0', vitest: expect.any(String) as unknown },
  })
  expect(await readFile(join(folder, 'src/index.ts'), 'utf8')).toContain(`name: 'sky'`)
  expect(await readFile(join(folder, 'src/slugify.test.ts'), 'utf8')).toContain('runBlock')
})

it('writes the whole text of the Apache License', async () => {
  const folder = join(root.path, 'apache')
  await ashlar('plugin', 'create', folder, '--license', 'apache-2.0', '--author', 'Ada')
  expect(await readJson(join(folder, 'package.json'))).toMatchObject({ license: 'Apache-2.0' })
  const text = await readFile(join(folder, 'LICENSE'), 'utf8')
  expect(text).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/)
  expect(text).toContain('9. Accepting Warranty or Additional Liability.')
  expect(text).toContain(`Copyright (c) ${new Date().getFullYear()} Ada\n`)
})

it('rejects a folder that is not empty', async () => {
  const folder = join(root.path, 'full')
  await mkdir(folder)
  await writeFile(join(folder, 'mine.txt'), '')
  expect(await ashlar('plugin', 'create', folder)).toEqual({
    status: 1,
    stdout: '',
    stderr: `error CONFLICT: ${folder} is not empty (it contains mine.txt): choose a new or empty folder\n`,
  })
})

it.each([
  [[], 'specify one folder'],
  [['x', '--name', 'Sky!'], 'the name must be like "weather" or "@me/weather", in lower case, got "Sky!"'],
  [['x', '--license', 'GPL'], '--license must be one of MIT, Apache-2.0, ISC, 0BSD, UNLICENSED, got "GPL"'],
  [['x', '--sdk', './nowhere.tgz'], 'the file or folder ./nowhere.tgz does not exist'],
])('rejects the arguments %j', async (args, message) => {
  const { status, stderr } = await ashlar('plugin', 'create', ...args.map((each) => (each === 'x' ? join(root.path, 'x') : each)))
  expect([status, stderr.split('\n')[0]]).toEqual([2, message])
})
