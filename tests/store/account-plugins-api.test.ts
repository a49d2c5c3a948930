import type { Caller } from '@ashlar/core'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { buildContext, buildSchema } from '@ashlar/schema'
import { execute, parse, subscribe, validate, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { packageOf, tarballOf } from './tarballs.ts'

// Two gateways and a worker. Anna and Ben have an organization each; Anna's has an EDITOR.

const schema = buildSchema()
let worker: TestRuntime
let gateway: TestRuntime
let other: TestRuntime
let anna: { userId: string; accountId: string }
let ben: typeof anna
let editorId: string

const BLOCK = 'cccccccc-0000-4000-8000-000000000001'
const service = (version: string): Buffer =>
  tarballOf(
    packageOf(
      '@acme/service',
      version,
      `import { apiKey, defineBlock, definePlugin, defineProvider, oauth2 } from '@ashlar/sdk'
import { z } from 'zod'
const service = defineProvider({ name: 'service', title: 'Service', hosts: ['api.service.example'], auth: [
  oauth2({ authorizationUrl: 'https://service.example/authorize', tokenUrl: 'https://service.example/token', scopes: {}, defaultScopes: [] }), apiKey()] })
export default definePlugin({ name: 'service', providers: [service], blocks: [defineBlock({
  id: '${BLOCK}', name: 'get', description: 'Gets.', category: 'TEST', capabilities: {}, tests: [],
  input: z.object({}), output: z.object({ out: z.string() }), async *run() { yield ['out', '${version}'] } })] })
`,
    ),
  )

beforeAll(async () => {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'))
  // The operator has an OAuth client for a plugin of this name, which is not installed.
  const oauthClients = { 'service/service': { clientId: 'the client', clientSecret: 'a secret' } }
  worker = await createTestRuntime({ databaseUrl, role: 'worker' })
  gateway = await createTestRuntime({ databaseUrl, role: 'gateway', pluginRoots: [], oauthClients })
  other = await createTestRuntime({ databaseUrl, role: 'gateway', pluginRoots: [], oauthClients })
  for (const version of ['1.0.0', '2.0.0']) await gateway.pluginStore.publish(gateway.ownerId, { tarball: service(version) })
  const join = async (name: string) => {
    const { id: userId } = await gateway.users.create(name)
    const { account } = await gateway.accounts.createOrganization(userId, { name })
    return { userId, accountId: account.id }
  }
  anna = await join('Anna')
  ben = await join('Ben')
  editorId = (await gateway.users.create('Editor')).id
  const { token } = await gateway.accounts.invite(anna.userId, anna.accountId, { role: 'EDITOR' })
  await gateway.accounts.acceptInvitation(editorId, token)
})
afterAll(async () => {
  await gateway.close()
  await other.close()
  await worker.close()
})

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function callerOf(userId: string, limits: Partial<Caller> = {}): Promise<Caller> {
  const caller = await gateway.callers.ofUserId(userId)
  if (!caller) throw new Error(`there is no user ${userId}`)
  return { ...caller, ...limits }
}

const requestOf = (runtime: TestRuntime, caller: Caller, source: string, variableValues: Json) => {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  return {
    schema,
    document,
    variableValues,
    contextValue: buildContext({ runtime, caller, redirectUri: 'http://127.0.0.1/authorize' }),
  }
}

async function send(caller: Caller, source: string, variables: Json = {}, runtime = gateway): Promise<ExecutionResult> {
  return JSON.parse(JSON.stringify(await execute(requestOf(runtime, caller, source, variables)))) as ExecutionResult
}

async function ask(caller: Caller, source: string, variables: Json = {}, runtime = gateway): Promise<Json> {
  const result = await send(caller, source, variables, runtime)
  expect(result.errors).toBeUndefined()
  return result.data as Json
}

const accountOf = (accountId: string): string => Buffer.from(`Account:${accountId}`).toString('base64url')
const INSTALL = `mutation ($accountId: ID, $version: String) {
  installPlugin(input: { packageName: "@acme/service", accountId: $accountId, version: $version }) {
    plugin { id packageName installedVersion status account { name } blocks { edges { node { id } } } } pluginEdge { node { id } } errors { code path } } }`
const UNINSTALL = `mutation ($accountId: ID) {
  uninstallPlugin(input: { packageName: "@acme/service", accountId: $accountId }) { plugin { id status } errors { code } } }`
const READ = `query ($accountId: ID) {
  plugin(packageName: "@acme/service", accountId: $accountId) { id status installedVersion account { name } versions { edges { node { version status } } } }
  block(name: "service/get", accountId: $accountId) { id name plugin { id } }
  provider(name: "service/service", accountId: $accountId) { id name } }`

it('is installed by an ADMIN for one account, and is unknown in others', async () => {
  const accountId = accountOf(anna.accountId)
  const forAnna = await ask(await callerOf(anna.userId), INSTALL, { accountId, version: '1.0.0' })
  expect(forAnna.installPlugin).toMatchObject({
    plugin: { packageName: '@acme/service', installedVersion: '1.0.0', status: 'LOADED', account: { name: 'Anna' } },
    errors: [],
  })
  expect(forAnna.installPlugin.pluginEdge.node.id).toBe(forAnna.installPlugin.plugin.id)
  const forBen = await ask(await callerOf(ben.userId), INSTALL, { accountId: accountOf(ben.accountId) })
  expect(forBen.installPlugin.plugin).toMatchObject({ installedVersion: '2.0.0', account: { name: 'Ben' } })
  expect(forBen.installPlugin.plugin.id).not.toBe(forAnna.installPlugin.plugin.id)
  const removed = await ask(await callerOf(ben.userId), UNINSTALL, { accountId: accountOf(ben.accountId) })
  expect(removed.uninstallPlugin).toMatchObject({ plugin: { status: 'AVAILABLE' }, errors: [] })

  const own = await ask(await callerOf(editorId), READ, { accountId })
  expect(own).toMatchObject({
    plugin: {
      installedVersion: '1.0.0',
      versions: { edges: expect.arrayContaining([{ node: { version: '1.0.0', status: 'INSTALLED' } }]) },
    },
    block: { name: 'service/get', plugin: { id: own.plugin.id } },
    provider: { name: 'service/service' },
  })
  const foreign = await ask(await callerOf(ben.userId), READ, { accountId: accountOf(ben.accountId) })
  expect(foreign).toMatchObject({
    plugin: { status: 'AVAILABLE', installedVersion: null, account: null },
    block: null,
    provider: null,
  })
  expect(foreign.plugin.versions.edges.map(({ node }: Json) => node.status)).toEqual(['PUBLISHED', 'PUBLISHED'])

  const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
  const ids = [own.plugin.id, own.block.id, own.provider.id]
  expect((await ask(await callerOf(anna.userId), NODES, { ids })).nodes).toEqual(ids.map((id) => ({ id })))
  for (const caller of [await callerOf(ben.userId), await callerOf(anna.userId, { graphIds: new Set([BLOCK]) })])
    expect((await ask(caller, NODES, { ids })).nodes).toEqual([null, null, null])
})

it('is listed by its account', async () => {
  const LIST = `query ($id: ID!) { account(id: $id) { plugins { totalCount edges { node { packageName } } } } }`
  const list = async ({ userId, accountId }: typeof anna): Promise<Json> =>
    (await ask(await callerOf(userId), LIST, { id: accountOf(accountId) })).account.plugins
  expect(await list(anna)).toEqual({ totalCount: 1, edges: [{ node: { packageName: '@acme/service' } }] })
  expect(await list(ben)).toEqual({ totalCount: 0, edges: [] })
})

const REFUSED: [string, () => Promise<Caller>, () => string | undefined, string][] = [
  ['of an account that the caller may not use', () => callerOf(ben.userId), () => anna.accountId, 'NOT_FOUND'],
  ['by an EDITOR', () => callerOf(editorId), () => anna.accountId, 'FORBIDDEN'],
  [
    'by a key without MANAGE_ACCOUNT',
    () => callerOf(anna.userId, { scopes: new Set(['ADMIN']) }),
    () => anna.accountId,
    'FORBIDDEN',
  ],
  [
    'of the installation by a key of its owner without ADMIN',
    () => callerOf(gateway.ownerId, { scopes: new Set(['MANAGE_ACCOUNT']) }),
    () => undefined,
    'FORBIDDEN',
  ],
]

it.each(REFUSED)('is not changed: the plugins %s', async (_title, getCaller, getAccountId, code) => {
  const id = getAccountId()
  const variables = { accountId: id === undefined ? null : accountOf(id) }
  const { installPlugin } = await ask(await getCaller(), INSTALL, variables)
  expect(installPlugin).toMatchObject({ plugin: null, errors: [{ code }] })
  expect((await ask(await getCaller(), UNINSTALL, variables)).uninstallPlugin.errors).toMatchObject([{ code }])
})

it('is used by another gateway and by the worker after a change, and by readers of its account only', async () => {
  const WATCH =
    'subscription ($accountId: ID) { blocksChanged(accountId: $accountId) { plugins { packageName installedVersion } } }'
  const watch = async ({ userId, accountId }: typeof anna) => {
    const request = requestOf(other, await callerOf(userId), WATCH, { accountId: accountOf(accountId) })
    const events = await subscribe(request)
    if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events))
    return events
  }
  const [own, foreign] = [await watch(anna), await watch(ben)]
  const [next, unexpected] = [own.next(), foreign.next()]
  const SET = `mutation ($accountId: ID) {
    setPluginVersion(input: { packageName: "@acme/service", version: "2.0.0", accountId: $accountId }) { plugin { installedVersion } errors { code } } }`
  const variables = { accountId: accountOf(anna.accountId) }
  expect((await ask(await callerOf(anna.userId), SET, variables)).setPluginVersion).toMatchObject({
    plugin: { installedVersion: '2.0.0' },
  })
  const { value } = await next
  const { plugins } = ((value as ExecutionResult).data as Json).blocksChanged
  expect(plugins).toContainEqual({ packageName: '@acme/service', installedVersion: '2.0.0' })
  const { runBlock } = await ask(
    await callerOf(editorId),
    `mutation ($accountId: ID) { runBlock(input: { block: "service/get", inputs: {}, accountId: $accountId }) { execution { id } errors { code } } }`,
    variables,
    other,
  )
  const executionId = Buffer.from(runBlock.execution.id as string, 'base64url')
    .toString()
    .slice('Execution:'.length)
  const values: unknown[] = []
  for await (const event of await other.executions.follow(anna.accountId, executionId, 0))
    if (event.type === 'NodeOutput') values.push(event.value)
  expect(values).toEqual(['2.0.0'])
  await foreign.return?.(undefined)
  expect(await unexpected).toEqual({ value: undefined, done: true })
  await own.return?.(undefined)
})

it('has providers for credentials of its account, without the OAuth client of the operator', async () => {
  const ADD = `mutation ($accountId: ID) {
    addCredential(input: { provider: "service/service", secret: { apiKey: { key: "a key" } }, accountId: $accountId }) {
      credential { provider { name } } errors { code path } } }`
  const add = async ({ userId, accountId }: typeof anna): Promise<Json> =>
    (await ask(await callerOf(userId), ADD, { accountId: accountOf(accountId) })).addCredential
  expect(await add(anna)).toEqual({ credential: { provider: { name: 'service/service' } }, errors: [] })
  expect(await add(ben)).toMatchObject({ credential: null, errors: [{ path: ['input', 'provider'] }] })
  const START = `mutation ($accountId: ID) {
    startAuthorization(input: { provider: "service/service", name: "oauth", accountId: $accountId }) { authorization { url } errors { code message path } } }`
  const variables = { accountId: accountOf(anna.accountId) }
  expect((await ask(await callerOf(anna.userId), START, variables)).startAuthorization).toMatchObject({
    errors: [
      { code: 'BAD_INPUT', path: ['input', 'provider'], message: expect.stringContaining('an account has installed') as string },
    ],
  })
  await gateway.pluginStore.install(gateway.ownerId, '@acme/service')
  const installed = await ask(await callerOf(anna.userId), START, variables)
  expect(installed.startAuthorization.errors).toEqual([])
  await gateway.pluginStore.uninstall(gateway.ownerId, '@acme/service')
})
