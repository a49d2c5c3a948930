import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

// Accounts install plugins for themselves. Two accounts have different versions of the same plugin.

let runtime: TestRuntime
/** Two organizations and their owners. */
let anna: { userId: string; accountId: string }
let ben: typeof anna

const uuid = (n: number): string => `bbbbbbbb-0000-4000-8000-${String(n).padStart(12, '0')}`
const plugin = (name: string, version: string, n: number, text = version): Buffer =>
  tarballOf(
    packageOf(
      `@acme/${name}`,
      version,
      entryOf(name, [{ id: uuid(n), name: 'say', run: `yield ['out', ${JSON.stringify(text)}]` }]),
    ),
  )

beforeAll(async () => {
  runtime = await createTestRuntime()
  for (const version of ['1.0.0', '2.0.0']) await publish(plugin('greet', version, 1))
  await publish(plugin('other', '1.0.0', 2))
  const calls = { id: uuid(3), name: 'say', run: "yield ['out', 1]", capabilities: `{ host: ['crm/find'] }` }
  await publish(tarballOf(packageOf('@acme/crm', '1.0.0', entryOf('crm', [calls]))))
  const join = async (name: string) => {
    const { id: userId } = await runtime.users.create(name)
    const { account } = await runtime.accounts.createOrganization(userId, { name })
    return { userId, accountId: account.id }
  }
  anna = await join('Anna')
  ben = await join('Ben')
})
afterAll(() => runtime.close())

const publish = (tarball: Buffer) => runtime.pluginStore.publish(runtime.ownerId, { tarball })
const installs = () => runtime.pluginStore.ofAccounts
const graphOf = async (accountId: string, block: string): Promise<string> =>
  (await runtime.graphs.create(accountId, { name: block, document: { nodes: [{ id: 'node', block }] } })).id

async function run(accountId: string, graphId: string): Promise<unknown> {
  const { id } = await runtime.executions.start(accountId, { graphId, inputs: {} })
  const yielded: unknown[] = []
  for await (const event of await runtime.executions.follow(accountId, id, 0))
    if (event.type === 'NodeOutput') yielded.push(event.value)
  return yielded
}

async function apiOf(userId: string) {
  const caller = await runtime.callers.ofUserId(userId)
  if (!caller) throw new Error(`there is no user ${userId}`)
  return runtime.as(caller)
}

describe('a plugin of an account', () => {
  beforeAll(() => installs().install(anna.accountId, '@acme/greet', '1.0.0'))

  it('is available in this account only', async () => {
    const [own, foreign] = await Promise.all([anna, ben].map(({ accountId }) => runtime.plugins.forAccount(accountId)))
    expect(own?.block('greet/say')?.plugin).toMatchObject({ version: '1.0.0', accountId: anna.accountId })
    expect(own?.report('@acme/greet')).toMatchObject({ status: 'LOADED', origin: 'STORE', accountId: anna.accountId })
    for (const each of [foreign, runtime.plugins, await runtime.plugins.forAccount(anna.userId)]) {
      expect(each?.block('greet/say')).toBeUndefined()
      expect(each?.block(uuid(1))).toBeUndefined()
      expect(each?.report('@acme/greet')).toBeUndefined()
    }
    const faultsOf = async (block: string): Promise<string> => {
      const faults = await runtime.graphs.validate(ben.accountId, { nodes: [{ id: 'node', block }] })
      return JSON.stringify(faults).replaceAll(block, 'block')
    }
    expect(await faultsOf(uuid(1))).toBe(await faultsOf(uuid(99)))
  })

  it('runs in the graphs of the account, with the code of its version, while another account runs another version', async () => {
    await installs().install(ben.accountId, '@acme/greet')
    const graphs = await Promise.all([anna, ben].map(({ accountId }) => graphOf(accountId, 'greet/say')))
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => run(i % 2 ? ben.accountId : anna.accountId, graphs[i % 2] ?? '')),
    )
    expect(results).toEqual(Array.from({ length: 10 }, (_, i) => [i % 2 ? '2.0.0' : '1.0.0']))
    await installs().uninstall(ben.accountId, '@acme/greet')
  })

  it('runs as a single block, in a copy and in an import only in the account that has it', async () => {
    const graphId = await graphOf(anna.accountId, 'greet/say')
    const block = { block: 'greet/say', inputs: {} }
    expect(await runtime.executions.runBlock(anna.accountId, block)).toMatchObject({ ownerId: anna.accountId })
    await expect(runtime.executions.runBlock(ben.accountId, block)).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
    const { document } = await runtime.interchange.export(anna.accountId, graphId, {})
    const request = { document }
    expect((await runtime.interchange.import(anna.accountId, request)).graphs).toHaveLength(1)
    await expect(runtime.interchange.import(ben.accountId, request)).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
    const copy = runtime.graphs.fork(anna.accountId, graphId, { newOwnerId: ben.accountId })
    await expect(copy).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })

  it('is upgraded by its account', async () => {
    const graphId = await graphOf(anna.accountId, 'greet/say')
    await installs().setVersion(anna.accountId, '@acme/greet', '2.0.0')
    const version = await runtime.graphs.versionToRun(anna.accountId, graphId)
    expect(await runtime.upgrades.checkCompatibility(version)).toMatchObject({ status: 'UPGRADABLE' })
    expect(await run(anna.accountId, graphId)).toEqual(['1.0.0'])
    await runtime.upgrades.upgrade(anna.accountId, graphId)
    expect(await run(anna.accountId, graphId)).toEqual(['2.0.0'])
    await installs().setVersion(anna.accountId, '@acme/greet', '1.0.0')
  })

  it('must be installed in the account that receives a graph', async () => {
    const graphId = await graphOf(anna.accountId, 'greet/say')
    const transfer = { graphId, ownerId: anna.accountId, newOwnerId: ben.accountId }
    await expect(runtime.graphTransfers.transfer(transfer)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { path: ['accountId'] },
      message: expect.stringContaining('greet/say of the plugin @acme/greet'),
    })
    await installs().install(ben.accountId, '@acme/greet')
    expect(await runtime.graphTransfers.transfer(transfer)).toEqual([graphId])
    expect(await run(ben.accountId, graphId)).toEqual(['1.0.0'])
    await installs().uninstall(ben.accountId, '@acme/greet')
    expect(await run(ben.accountId, graphId)).toEqual(['1.0.0'])
    await expect(graphOf(ben.accountId, 'greet/say')).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })

  it('is announced to readers of its account', async () => {
    const changed: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = runtime.plugins.onChange((accountId) => changed.push(accountId) && resolve())
    await installs().install(ben.accountId, '@acme/other')
    await promise
    end()
    expect(changed).toEqual([ben.accountId])
    await installs().uninstall(ben.accountId, '@acme/other')
  })
})

describe('an installation', () => {
  it.each([
    ['of an unknown package', () => installs().install(ben.accountId, '@acme/none'), 'NOT_FOUND'],
    ['of an unknown version', () => installs().install(ben.accountId, '@acme/greet', '9.0.0'), 'NOT_FOUND'],
    ['of a plugin that calls host functions', () => installs().install(ben.accountId, '@acme/crm'), 'FORBIDDEN'],
    ['of a built-in plugin', () => installs().install(ben.accountId, '@ashlar/plugin-text'), 'CONFLICT'],
    ['that does not exist is not changed', () => installs().setVersion(ben.accountId, '@acme/greet', '1.0.0'), 'NOT_FOUND'],
    ['that does not exist is not removed', () => installs().uninstall(ben.accountId, '@acme/greet'), 'NOT_FOUND'],
    ['of another version needs setPluginVersion', () => installs().install(anna.accountId, '@acme/greet', '2.0.0'), 'CONFLICT'],
  ])('%s', async (_title, change, code) => {
    await expect(change()).rejects.toMatchObject({ code })
  })

  it('for all accounts hides that of an account until it is removed', async () => {
    const versionIn = async ({ accountId }: typeof anna) =>
      (await runtime.plugins.forAccount(accountId)).report('@acme/greet')?.version
    await runtime.pluginStore.install(runtime.ownerId, '@acme/greet', '2.0.0')
    expect(await Promise.all([anna, ben].map(versionIn))).toEqual(['2.0.0', '2.0.0'])
    const install = installs().install(ben.accountId, '@acme/greet')
    await expect(install).rejects.toMatchObject({ code: 'CONFLICT' })
    await runtime.pluginStore.uninstall(runtime.ownerId, '@acme/greet')
    expect(await Promise.all([anna, ben].map(versionIn))).toEqual(['1.0.0', undefined])
  })

  it('ends with its account', async () => {
    const { id } = await runtime.users.create('Carla')
    await installs().install(id, '@acme/other')
    await runtime.database.pool.query('delete from member where account_id = $1', [id])
    await runtime.database.pool.query('delete from account where id = $1', [id])
    const { rowCount } = await runtime.database.pool.query('select from plugin_installation where account_id = $1', [id])
    expect(rowCount).toBe(0)
  })

  it('is complete when concurrent changes have ended, and graphs use it or are rejected', async () => {
    const changes = Array.from({ length: 24 }, async (_, i) => {
      if (i % 3 === 0) return installs().install(ben.accountId, '@acme/other')
      if (i % 3 === 1) return installs().uninstall(ben.accountId, '@acme/other').catch(ignoreNotFound)
      return graphOf(ben.accountId, 'other/say')
        .then((graphId) => run(ben.accountId, graphId))
        .then(assertSaid, ignoreInvalid)
    })
    await Promise.all(changes)
    await installs().uninstall(ben.accountId, '@acme/other').catch(ignoreNotFound)
    await installs().install(ben.accountId, '@acme/other')
    expect(await run(ben.accountId, await graphOf(ben.accountId, 'other/say'))).toEqual(['1.0.0'])
    await installs().uninstall(ben.accountId, '@acme/other')
    await expect(graphOf(ben.accountId, 'other/say')).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })
})

describe('callers', () => {
  it('without an account: the owner changes the installation, others their personal account', async () => {
    await (await apiOf(runtime.ownerId)).plugins.install('@acme/other')
    expect(runtime.plugins.report('@acme/other')).toMatchObject({ status: 'LOADED' })
    await (await apiOf(runtime.ownerId)).plugins.uninstall('@acme/other')
    await (await apiOf(anna.userId)).plugins.install('@acme/other')
    expect(runtime.plugins.report('@acme/other')).toBeUndefined()
    expect((await (await apiOf(anna.userId)).plugins.catalogue()).plugins.block('other/say')).toBeDefined()
    expect((await (await apiOf(ben.userId)).plugins.catalogue()).plugins.block('other/say')).toBeUndefined()
    const foreign = (await apiOf(ben.userId)).plugins.install('@acme/other', undefined, anna.accountId)
    await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND', details: { path: ['accountId'] } })
    await (await apiOf(anna.userId)).plugins.uninstall('@acme/other')
  })

  it('see their own installations only: in lists, searches, suggestions and versions', async () => {
    const read = async (userId: string, accountId: string) => {
      const { plugins } = await apiOf(userId)
      const catalogue = await plugins.catalogue(accountId)
      const request = { first: 100, countTotal: false, filter: {}, orderBy: { field: 'RELEVANCE', direction: 'DESC' } } as const
      const byName = { ...request, orderBy: { field: 'NAME', direction: 'ASC' } } as const
      const [versions] = (
        await plugins.versionsOf(['@acme/greet'], { ...request, orderBy: { field: 'VERSION', direction: 'ASC' } })
      ).values()
      const readStatus = await plugins.readStatuses()
      return {
        listed: catalogue.listBlocks({ ...byName, filter: { packageName: '@acme/greet' } }).items.length,
        found: (await catalogue.searchBlocks('say', request)).items.filter(({ item }) => item.id === uuid(1)).length,
        plugin: (await catalogue.findPlugins(['@acme/greet'])).get('@acme/greet')?.status,
        versions: versions?.items.map(({ item }) => readStatus(item)),
      }
    }
    expect(await read(anna.userId, anna.accountId)).toEqual({
      listed: 1,
      found: 1,
      plugin: 'LOADED',
      versions: ['INSTALLED', 'PUBLISHED'],
    })
    expect(await read(ben.userId, ben.accountId)).toEqual({
      listed: 0,
      found: 0,
      plugin: 'AVAILABLE',
      versions: ['PUBLISHED', 'PUBLISHED'],
    })
    const { plugins } = await apiOf(ben.userId)
    await expect(plugins.catalogue(anna.accountId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await plugins.findCatalogue(anna.accountId)).toBeUndefined()
  })

  it('with a key for single graphs see the plugins of the installation', async () => {
    const caller = await runtime.callers.ofUserId(anna.userId)
    if (!caller) throw new Error('there is no such user')
    const { plugins } = runtime.as({ ...caller, graphIds: new Set([uuid(7)]) })
    expect(await plugins.catalogue()).toBe(runtime.catalogue)
    await expect(plugins.catalogue(anna.accountId)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(plugins.install('@acme/other')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

function ignoreNotFound(error: unknown): void {
  expect(error).toMatchObject({ code: 'NOT_FOUND' })
}

function ignoreInvalid(error: unknown): void {
  expect(error).toMatchObject({ code: 'GRAPH_INVALID' })
}

function assertSaid(outputs: unknown): void {
  expect(outputs).toEqual(['1.0.0'])
}
