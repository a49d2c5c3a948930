import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createTestRuntime } from '@ashlar/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOperatorConfig } from './index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-config-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const open = (failed: (error: unknown) => void = () => {}) =>
  openOperatorConfig(join(folder, 'ashlar.config.ts'), { hosts: true, failed })

const PLUGIN = {
  'node_modules/@acme/ashlar-plugin/package.json': JSON.stringify({
    name: '@acme/ashlar-plugin',
    version: '2.1.0',
    exports: './none.js',
    ashlar: { blocks: './src/index.ts' },
  }),
  'node_modules/@acme/ashlar-plugin/src/index.ts': `import { definePlugin } from '@ashlar/sdk'
    const name: string = 'acme'
    export default definePlugin({ name, blocks: [] })`,
}

describe('ashlar.config.ts', () => {
  it('names packages whose plugins are loaded, and trusted no more than those of the store', async () => {
    await write({ ...PLUGIN, 'ashlar.config.ts': `export default { plugins: ['@acme/ashlar-plugin'] as string[] }` })
    const { pluginPackages } = await open()
    const runtime = await createTestRuntime({ pluginRoots: [], pluginPackages })
    try {
      expect(runtime.plugins.reports()).toMatchObject([
        { packageName: '@acme/ashlar-plugin', version: '2.1.0', origin: 'PACKAGE', status: 'LOADED', plugin: { builtin: false } },
      ])
    } finally {
      await runtime.close()
    }
  })

  it('names clients of services', async () => {
    await write({
      'ashlar.config.ts': `export default { oauthClients: { 'github/github': { clientId: 'id', hosts: ['GitHub.com'] } } }`,
    })
    expect((await open()).oauthClients).toEqual({ 'github/github': { clientId: 'id', hosts: ['github.com'] } })
  })

  it('is not needed', async () => {
    const none = await openOperatorConfig(undefined, { hosts: true, failed: () => {} })
    expect(none).toMatchObject({ pluginPackages: [], oauthClients: {} })
  })

  it.each([
    ['is not there', {}, /^ashlar\.config\.ts: is not there/],
    ['does not parse', { 'ashlar.config.ts': 'export default {' }, /^ashlar\.config\.ts: cannot be loaded/],
    ['throws', { 'ashlar.config.ts': `throw new Error('bad day')` }, /^ashlar\.config\.ts: cannot be loaded: bad day/],
    ['exports nothing', { 'ashlar.config.ts': 'export const a = 1' }, /^ashlar\.config\.ts: its default export/],
    ['says what nobody knows', { 'ashlar.config.ts': 'export default { plugin: [] }' }, /^ashlar\.config\.ts: .*plugin/],
    [
      'names a path',
      { 'ashlar.config.ts': `export default { plugins: ['../x'] }` },
      /^ashlar\.config\.ts: plugins\.0: must be the name/,
    ],
    [
      'names a package that is not installed',
      { 'ashlar.config.ts': `export default { plugins: ['@acme/none'] }` },
      /^ashlar\.config\.ts: plugins: the package @acme\/none is not installed/,
    ],
    [
      'names a host module that is not there',
      { 'ashlar.config.ts': `export default { hostModules: ['./none.ts'] }` },
      /^\.\/none\.ts: cannot be loaded/,
    ],
    [
      'names a module that is no host module',
      { 'ashlar.config.ts': `export default { hostModules: ['./a.ts'] }`, 'a.ts': `export default { providers: { 'a/a': {} } }` },
      /^\.\/a\.ts: its default export is no host module: providers\.a\/a must be/,
    ],
  ])('that %s is refused', async (_what, files, message) => {
    await write(files as Record<string, string>)
    await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) })
  })
})

describe('a host module', () => {
  const moduleOf = (value: string): string => `import { createHmac } from 'node:crypto'
    type Request = { url: URL; headers: [string, string][] }
    const key: string = createHmac('sha256', '${value}').digest('hex') && '${value}'
    export default { providers: { 'sap/sap': { attach: ({ url, headers }: Request) => ({ url, headers: [...headers, ['x', key]] }) } } }`

  it('is loaded with all of Node, again when its file changes, and stays as it was where it cannot be', async () => {
    await write({ 'ashlar.config.ts': `export default { hostModules: ['./sap.ts'] }`, 'sap.ts': moduleOf('one') })
    const failures: unknown[] = []
    const config = await open((error) => failures.push(error))
    const attached = async (): Promise<unknown> => {
      const request = { url: new URL('https://sap.example/'), headers: [] }
      return (await config.hostProvider('sap/sap')?.attach(request, { type: 'API_KEY', key: 'abcd' }))?.headers[0]?.[1]
    }
    try {
      expect(await attached()).toBe('one')
      await write({ 'sap.ts': moduleOf('two') })
      await expect.poll(attached, { timeout: 10_000 }).toBe('two')
      await write({ 'sap.ts': 'export default {{{' })
      await expect.poll(() => failures, { timeout: 10_000 }).toMatchObject([{ code: 'CONFIG_INVALID' }])
      expect(await attached()).toBe('two')
    } finally {
      config.close()
    }
  })
})
