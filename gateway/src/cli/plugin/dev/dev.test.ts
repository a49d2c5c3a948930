import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AshlarError } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient, createPluginApi, type PluginApi } from '../../../client/index.ts'
import { createGateway, type Gateway } from '../../../server/index.ts'
import { develop, type DevEvent } from './develop.ts'
import { ashlar, createTestFolder } from '../../../testing/test-plugin.ts'

const OWNER_KEY = 'the-key-of-the-owner'
let root: Awaited<ReturnType<typeof createTestFolder>>
let folder: string
let runtime: TestRuntime
let gateway: Gateway
let client: ReturnType<typeof createClient>
let api: PluginApi
beforeAll(async () => {
  root = await createTestFolder()
  folder = join(root.path, 'sky')
  await ashlar('plugin', 'create', folder)
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  client = createClient({ url: 'http://127.0.0.1/graphql', key: OWNER_KEY, fetch: gateway.fetch })
  api = createPluginApi(client)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await root.remove()
})

/** Runs `develop` until `work` ends. `work` receives the events one by one. */
async function whileDeveloping(
  work: (next: (event: DevEvent['event']) => Promise<DevEvent>) => Promise<void>,
  options: { api: PluginApi; renewEveryMs?: number } = { api },
): Promise<void> {
  const stop = new AbortController()
  const events: DevEvent[] = []
  let received = Promise.withResolvers<void>()
  const onEvent = (event: DevEvent): void => {
    events.push(event)
    received.resolve()
  }
  const developing = develop({ folder, signal: stop.signal, onEvent, ...options })
  try {
    await work(async (wanted) => {
      for (;;) {
        const event = events.shift()
        if (event?.event === wanted) return event
        if (event) continue
        await received.promise
        received = Promise.withResolvers()
      }
    })
  } finally {
    stop.abort()
    await developing
  }
}

async function fetchDescription(name: string): Promise<string | undefined> {
  const { block } = (await client.request(`query ($name: String!) { block(name: $name) { description } }`, { name })) as {
    block: { description: string } | null
  }
  return block?.description
}

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8')
  expect(text).toContain(from)
  await writeFile(
    join(folder, path),
    text.replace(from, () => to),
  )
}

it('loads every change into the server, keeps the last version that loads, and removes the plugin at the end', async () => {
  await whileDeveloping(async (next) => {
    const loaded = await next('loaded')
    expect(loaded).toMatchObject({ packageName: 'ashlar-plugin-sky', plugin: 'sky', blocks: 2 })
    const { plugins } = (await client.request(
      `{ plugins(first: 100) { edges { node { packageName source status digest } } } }`,
    )) as { plugins: { edges: { node: object }[] } }
    expect(plugins.edges.map(({ node }) => node)).toContainEqual({
      packageName: 'ashlar-plugin-sky',
      source: 'DEV',
      status: 'LOADED',
      digest: 'digest' in loaded ? loaded.digest : 'none',
    })
    const tested = await next('tested')
    expect(tested).toMatchObject({ results: { length: 5 } })
    await change('src/slugify.ts', 'Convert a text to', 'Make of a text')
    await next('loaded')
    expect(await fetchDescription('sky/slugify')).toMatch(/^Make of a text/)
    await change('src/slugify.ts', 'export const', 'export cnst')
    expect(await next('failed')).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      faults: [{ path: 'src/slugify.ts:5:8', message: 'Unexpected "cnst"' }],
    })
    expect(await fetchDescription('sky/slugify')).toMatch(/^Make of a text/)
    await change('src/slugify.ts', 'export cnst', 'export const')
    expect(await next('loaded')).toMatchObject({ plugin: 'sky' })
    await change('src/slugify.ts', `[['slug', 'one_two']]`, `[['slug', 'one-two']]`)
    await next('loaded')
    expect(await next('tested')).toMatchObject({
      results: expect.arrayContaining([
        {
          block: 'sky/slugify',
          test: 'uses another separator',
          difference: 'pair 1 on pin "slug": expected "one-two", got "one_two"',
          position: 'src/slugify.ts:19:13',
        },
      ]) as unknown,
    })
    await change('package.json', '"0.1.0",\n  "description"', '"0.2.0",\n  "description"')
    expect(await next('loaded')).toMatchObject({ version: '0.2.0' })
  })
  expect(await fetchDescription('sky/slugify')).toBeUndefined()
})

it('loads the plugin again after the server was unreachable or has restarted', async () => {
  const isThere = Promise.withResolvers<void>()
  const isLoadedAgain = Promise.withResolvers<void>()
  let calls = 0
  const unsteady: PluginApi = {
    ...api,
    async setDevPlugin(plugin) {
      const call = ++calls
      if (call === 1) throw new AshlarError('SERVER_UNREACHABLE', 'http://x/graphql cannot be reached: ECONNREFUSED')
      const digest = await api.setDevPlugin(plugin)
      ;(call === 2 ? isThere : isLoadedAgain).resolve()
      return digest
    },
  }
  await whileDeveloping(
    async (next) => {
      expect(await next('failed')).toMatchObject({ code: 'SERVER_UNREACHABLE', faults: [] })
      expect(await next('loaded')).toMatchObject({ plugin: 'sky' })
      await isThere.promise
      expect(await fetchDescription('sky/slugify')).toBeDefined()
      await api.removeDevPlugin('ashlar-plugin-sky')
      await isLoadedAgain.promise
      expect(await fetchDescription('sky/slugify')).toBeDefined()
    },
    { api: unsteady, renewEveryMs: 20 },
  )
})

it('sends one request at a time, so that an older version cannot arrive last', async () => {
  let pending = 0
  let maxPending = 0
  const inTurn = async <T>(work: Promise<T>): Promise<T> => {
    maxPending = Math.max(maxPending, ++pending)
    return work.finally(() => pending--)
  }
  const counted: PluginApi = {
    ...api,
    setDevPlugin: (plugin) => inTurn(api.setDevPlugin(plugin)),
    renewDevPlugin: (name) => inTurn(api.renewDevPlugin(name)),
    removeDevPlugin: (name) => inTurn(api.removeDevPlugin(name)),
  }
  await whileDeveloping(
    async (next) => {
      await next('loaded')
      await change('src/slugify.ts', 'Make of a text', 'Convert a text to')
      await next('loaded')
    },
    { api: counted, renewEveryMs: 1 },
  )
  expect(maxPending).toBe(1)
  expect(await fetchDescription('sky/slugify')).toBeUndefined()
})

it('rejects other users than the owner, a bundle that is not a script, and blocks of another package', async () => {
  const facts = { packageName: 'mine', version: '1.0.0' }
  await expect(api.setDevPlugin({ ...facts, bundle: '}, alert(), function () {' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(api.setDevPlugin({ ...facts, packageName: '*/', bundle: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(api.setDevPlugin({ ...facts, bundle: 'module.exports.default = 1' })).rejects.toMatchObject({
    code: 'PLUGIN_LOAD_FAILED',
  })
  const bundle = `module.exports.default = require('@ashlar/sdk').definePlugin({ name: 'text', blocks: [] })`
  await expect(api.setDevPlugin({ ...facts, bundle })).rejects.toMatchObject({ code: 'DUPLICATE_BLOCK' })
  await expect(api.renewDevPlugin('mine')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(api.removeDevPlugin('mine')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const unknownUser = '00000000-0000-4000-8000-000000000000'
  await expect(runtime.devPlugins.set(unknownUser, { ...facts, bundle: '' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

it('is removed by the server when it is not renewed', async () => {
  const bundle = `module.exports.default = require('@ashlar/sdk').definePlugin({ name: 'left', blocks: [] })`
  const removed = Promise.withResolvers<void>()
  await api.setDevPlugin({ packageName: 'left', version: '1.0.0', bundle })
  const isThere = (): boolean => runtime.plugins.reports().some(({ packageName }) => packageName === 'left')
  expect(isThere()).toBe(true)
  const unsubscribe = runtime.plugins.onChange(() => isThere() || removed.resolve())
  await runtime.database.pool.query(`update plugin_workspace set seen_at = now() - interval '1 minute' where id = 'dev:left'`)
  await removed.promise
  unsubscribe()
  expect(runtime.failures).toEqual([])
})

it('requires a server', async () => {
  expect((await ashlar('plugin', 'dev', folder, '--server', 'ftp://x')).status).toBe(2)
  expect((await ashlar('plugin', 'dev', folder, '--server', 'http://127.0.0.1:1')).stderr).toBe(
    'error UNAUTHENTICATED: ASHLAR_KEY must contain a key for http://127.0.0.1:1/graphql, which is not the server of this data directory\n',
  )
})
