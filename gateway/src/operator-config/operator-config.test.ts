import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openOperatorConfig } from './index.ts'
import type { OpenedConfig } from './operator-config.ts'

let folder: string
const opened: OpenedConfig[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-config-'))
})
afterEach(async () => {
  for (const config of opened.splice(0)) await config.close()
  await rm(folder, { recursive: true })
})

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

async function open(onError: (error: unknown) => void = () => {}): Promise<OpenedConfig> {
  const config = await openOperatorConfig(join(folder, 'ashlar.config.ts'), { hosts: true, onError })
  opened.push(config)
  return config
}

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
  it('loads plugins of named packages without trusting them', async () => {
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

  it('contains OAuth clients', async () => {
    await write({
      'ashlar.config.ts': `export default { oauthClients: { 'github/github': { clientId: 'id', hosts: ['GitHub.com'] } } }`,
    })
    expect((await open()).oauthClients).toEqual({ 'github/github': { clientId: 'id', hosts: ['github.com'] } })
  })

  it('is optional', async () => {
    const none = await openOperatorConfig(undefined, { hosts: true, onError: () => {} })
    opened.push(none)
    expect(none).toMatchObject({ pluginPackages: [], oauthClients: {} })
  })

  it.each([
    ['does not exist', {}, /^ashlar\.config\.ts: does not exist/],
    ['does not parse', { 'ashlar.config.ts': 'export default {' }, /^ashlar\.config\.ts: cannot be loaded/],
    ['throws', { 'ashlar.config.ts': `throw new Error('bad day')` }, /^ashlar\.config\.ts: cannot be loaded: bad day/],
    ['has no default export', { 'ashlar.config.ts': 'export const a = 1' }, /^ashlar\.config\.ts: its default export/],
    ['has an unknown key', { 'ashlar.config.ts': 'export default { plugin: [] }' }, /^ashlar\.config\.ts: .*plugin/],
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
      'names a host module that does not exist',
      { 'ashlar.config.ts': `export default { hostModules: ['./none.ts'] }` },
      /^\.\/none\.ts: cannot be loaded/,
    ],
    [
      'names a module that is not a host module',
      { 'ashlar.config.ts': `export default { hostModules: ['./a.ts'] }`, 'a.ts': `export default { providers: { 'a/a': {} } }` },
      /^\.\/a\.ts: its default export is not a host module: providers\.a\/a must be/,
    ],
  ])('is rejected if it %s', async (_what, files, message) => {
    await write(files as Record<string, string>)
    await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) })
  })
})

describe('a host module', () => {
  const hostModuleSource = (value: string): string => `import { createHmac } from 'node:crypto'
    type Request = { url: URL; headers: [string, string][] }
    const key: string = createHmac('sha256', '${value}').digest('hex') && '${value}'
    export default { providers: { 'sap/sap': { attach: ({ url, headers }: Request) => ({ url, headers: [...headers, ['x', key]] }) } } }`

  it('is reloaded when its file changes, and keeps the old version when the new one does not load', async () => {
    await write({ 'ashlar.config.ts': `export default { hostModules: ['./sap.ts'] }`, 'sap.ts': hostModuleSource('one') })
    const failures: unknown[] = []
    const config = await open((error) => failures.push(error))
    expect(await getAttachedKey(config)).toBe('one')
    await write({ 'sap.ts': hostModuleSource('two') })
    await expect.poll(() => getAttachedKey(config), WAIT).toBe('two')
    await write({ 'sap.ts': 'export default {{{' })
    await expect.poll(() => failures, WAIT).toMatchObject([{ code: 'CONFIG_INVALID' }])
    expect(await getAttachedKey(config)).toBe('two')
    await write({ 'sap.ts': hostModuleSource('three') })
    await expect.poll(() => getAttachedKey(config), WAIT).toBe('three')
  })

  it.each(['module', 'commonjs'])('is reloaded when one of its imports changes (%s)', async (type) => {
    const source = hostModuleSource('')
      .replace(/const key.*$/m, '')
      .replace('import', `import { key } from './inner/key.ts'\n    import`)
    await write({
      'package.json': JSON.stringify({ type }),
      'ashlar.config.ts': `export default { hostModules: ['./sap.ts'] }`,
      'sap.ts': source,
      'inner/key.ts': `export const key: string = 'one'`,
    })
    const config = await open()
    expect(await getAttachedKey(config)).toBe('one')
    await write({ 'inner/key.ts': `export const key: string = 'two'` })
    await expect.poll(() => getAttachedKey(config), WAIT).toBe('two')
    await rm(join(folder, 'inner'), { recursive: true })
    await write({ 'inner/key.ts': `export const key: string = 'three'` })
    await expect.poll(() => getAttachedKey(config), WAIT).toBe('three')
    await write({ 'inner/key.ts': `export const key: string = 'four'` })
    await expect.poll(() => getAttachedKey(config), WAIT).toBe('four')
  })
})

describe('a change of ashlar.config.ts', () => {
  const configWithClient = (id: string): string => `export default { oauthClients: { 'github/github': { clientId: '${id}' } } }`

  it('notifies the listener unless the file does not load', async () => {
    await write({ 'ashlar.config.ts': configWithClient('one') })
    const failures: unknown[] = []
    const notified: unknown[] = []
    const config = await open((error) => failures.push(error))
    config.onChange(async ({ oauthClients }) => void notified.push(oauthClients['github/github']?.clientId))
    await write({ 'ashlar.config.ts': `export default { oauthClient: {} }` })
    await expect.poll(() => failures, WAIT).toMatchObject([{ code: 'CONFIG_INVALID' }])
    expect(notified).toEqual([])
    await write({ 'ashlar.config.ts': configWithClient('two') })
    await expect.poll(() => notified, WAIT).toEqual(['two'])
  })

  it('adds, reloads and removes plugins of packages', async () => {
    const names = (...plugins: string[]): string => `export default ${JSON.stringify({ plugins })}`
    const source = (name: string): string =>
      `import { definePlugin } from '@ashlar/sdk'\n export default definePlugin({ name: '${name}', blocks: [] })`
    await write({ ...PLUGIN, 'ashlar.config.ts': names() })
    const config = await open()
    const runtime = await createTestRuntime({ pluginRoots: [], pluginPackages: config.pluginPackages, watch: true })
    config.onChange((changed) => runtime.configure(changed))
    const pluginNames = (): unknown[] => runtime.plugins.reports().map(({ plugin }) => plugin?.name)
    try {
      expect(pluginNames()).toEqual([])
      await write({ 'ashlar.config.ts': names('@acme/ashlar-plugin') })
      await expect.poll(pluginNames, WAIT).toEqual(['acme'])
      const installed = join(folder, 'node_modules/@acme/ashlar-plugin')
      await rename(installed, join(folder, 'node_modules/@acme/.ashlar-plugin-old'))
      await write({ ...PLUGIN, 'node_modules/@acme/ashlar-plugin/src/index.ts': source('newer') })
      await expect.poll(pluginNames, WAIT).toEqual(['newer'])
      await write({ 'node_modules/@acme/ashlar-plugin/src/index.ts': source('newest') })
      await expect.poll(pluginNames, WAIT).toEqual(['newest'])
      await write({ 'ashlar.config.ts': names() })
      await expect.poll(pluginNames, WAIT).toEqual([])
    } finally {
      await config.close()
      await runtime.close()
    }
  })
})

it('a package that is no longer named is removed at the next start', async () => {
  await write(PLUGIN)
  const packages = [join(folder, 'node_modules/@acme/ashlar-plugin')]
  const databaseUrl = await cloneDatabase(inject('postgresUrl'))
  const before = await createTestRuntime({ databaseUrl, pluginRoots: [folder], pluginPackages: packages })
  const names = ({ plugins }: TestRuntime): string[] => plugins.reports().map(({ packageName }) => packageName)
  expect(names(before)).toEqual(['@acme/ashlar-plugin'])
  await before.close()
  const after = await createTestRuntime({ databaseUrl, pluginRoots: [folder] })
  try {
    expect(names(after)).toEqual([])
  } finally {
    await after.close()
  }
})

it('a runtime adopts changed OAuth clients', async () => {
  await write({
    'roots/desk/package.json': JSON.stringify({ name: 'desk', ashlar: { blocks: './index.ts' } }),
    'roots/desk/index.ts': `import { definePlugin, defineProvider, oauth2 } from '@ashlar/sdk'
      const urls = { authorizationUrl: 'https://desk.example/a', tokenUrl: 'https://desk.example/t' }
      const desk = defineProvider({ name: 'desk', title: 'Desk', hosts: ['desk.example'], auth: [oauth2({ ...urls, scopes: {} })] })
      export default definePlugin({ name: 'desk', providers: [desk], blocks: [] })`,
  })
  const runtime = await createTestRuntime({ pluginRoots: [join(folder, 'roots')] })
  const start = () =>
    runtime.authorizations.start(runtime.ownerId, { provider: 'desk/desk', redirectUri: 'https://ashlar.example/oauth/callback' })
  try {
    await expect(start()).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await runtime.configure({ pluginPackages: [], oauthClients: { 'desk/desk': { clientId: 'one', clientSecret: 's3cret' } } })
    expect((await start()).url).toContain('client_id=one')
    await runtime.configure({ pluginPackages: [], oauthClients: {} })
    await expect(start()).rejects.toMatchObject({ code: 'BAD_INPUT' })
  } finally {
    await runtime.close()
  }
})

const WAIT = { timeout: 20_000 }

async function getAttachedKey(config: OpenedConfig): Promise<unknown> {
  const request = { url: new URL('https://sap.example/'), method: 'GET', headers: [] }
  return (await config.hostProvider('sap/sap')?.attach(request, { type: 'API_KEY', key: 'abcd' }))?.headers[0]?.[1]
}
