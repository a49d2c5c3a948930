import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createGateway, type Gateway } from '@ashlar/gateway'
import { digestFiles, signFacts, unpackTarball } from '@ashlar/core'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

const KEY = 'k'.repeat(43)

let worker: TestRuntime
let runtime: TestRuntime
let gateway: Gateway
beforeAll(async () => {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'))
  worker = await createTestRuntime({ databaseUrl, role: 'worker' })
  runtime = await createTestRuntime({ databaseUrl, role: 'gateway', pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, KEY, 'test')
  gateway = createGateway({ runtime, ownerKey: KEY })
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await worker.close()
})

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const request = new Request('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query, variables }),
  })
  const answer = (await (await gateway.fetch(request)).json()) as { data?: Record<string, unknown>; errors?: unknown }
  expect(answer.errors).toBeUndefined()
  return answer.data ?? {}
}

const PUBLISH = `mutation ($tarball: Base64!, $signature: PluginSignatureInput) {
  publishPlugin(input: { tarball: $tarball, signature: $signature }) {
    pluginVersion { packageName version status plugin { status installedVersion } publishedBy { name }
      signature { keyId publicKey signedBy } report { checks { name ok message position } tests { total } bundleBytes licence } }
    errors { code path message ... on InvalidInputError { position } } } }`

const entry = entryOf('greet', [{ id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'say', run: `yield ['out', 1]` }])
const greet = (version: string): Buffer => tarballOf(packageOf('@acme/greet', version, entry))
const { privateKey } = generateKeyPairSync('ed25519')

async function signed(tarball: Buffer, version: string, key = privateKey) {
  const tarballDigest = digestFiles(await unpackTarball(tarball))
  return signFacts({ packageName: '@acme/greet', version, tarballDigest }, key)
}

it('publishes a plugin, then installs, updates and uninstalls it', async () => {
  const tarball = greet('1.0.0')
  const signature = await signed(tarball, '1.0.0')
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  expect(signature.publicKey).toBe(Buffer.from(x ?? '', 'base64url').toString('base64'))
  expect(await ask(PUBLISH, { tarball: tarball.toString('base64'), signature })).toMatchObject({
    publishPlugin: {
      pluginVersion: {
        packageName: '@acme/greet',
        version: '1.0.0',
        status: 'PUBLISHED',
        plugin: { status: 'AVAILABLE', installedVersion: null },
        publishedBy: { name: 'Owner' },
        signature: { publicKey: signature.publicKey, signedBy: 'Owner' },
      },
      errors: [],
    },
  })
  const INSTALL = `mutation { installPlugin(input: { packageName: "@acme/greet" }) { plugin { source status installedVersion } pluginEdge { cursor node { packageName } } errors { code } } }`
  expect(await ask(INSTALL)).toEqual({
    installPlugin: {
      plugin: { source: 'STORE', status: 'LOADED', installedVersion: '1.0.0' },
      pluginEdge: { cursor: expect.any(String) as string, node: { packageName: '@acme/greet' } },
      errors: [],
    },
  })
  const next = greet('1.1.0')
  await ask(PUBLISH, { tarball: next.toString('base64'), signature: await signed(next, '1.1.0') })
  const SET = `mutation { setPluginVersion(input: { packageName: "@acme/greet", version: "1.1.0" }) { plugin { installedVersion
    versions { totalCount edges { node { version status } } } } errors { code } } }`
  expect(await ask(SET)).toEqual({
    setPluginVersion: {
      plugin: {
        installedVersion: '1.1.0',
        versions: {
          totalCount: 2,
          edges: [{ node: { version: '1.1.0', status: 'INSTALLED' } }, { node: { version: '1.0.0', status: 'PUBLISHED' } }],
        },
      },
      errors: [],
    },
  })
  const REMOVE = `mutation { uninstallPlugin(input: { packageName: "@acme/greet" }) { plugin { status } errors { code } } }`
  expect(await ask(REMOVE)).toEqual({ uninstallPlugin: { plugin: { status: 'AVAILABLE' }, errors: [] } })
  expect(await ask(REMOVE)).toEqual({ uninstallPlugin: { plugin: null, errors: [{ code: 'NOT_FOUND' }] } })
  const LIST = `{ plugins(first: 100) { edges { node { packageName source status } } } }`
  const { plugins } = (await ask(LIST)) as { plugins: { edges: { node: unknown }[] } }
  expect(plugins.edges.map(({ node }) => node)).toContainEqual({
    packageName: '@acme/greet',
    source: 'STORE',
    status: 'AVAILABLE',
  })
})

it('rejects a version that is not signed with the first key of the plugin', async () => {
  const tarball = greet('1.2.0')
  const other = await signed(tarball, '1.2.0', generateKeyPairSync('ed25519').privateKey)
  for (const signature of [undefined, other])
    expect(await ask(PUBLISH, { tarball: tarball.toString('base64'), signature })).toMatchObject({
      publishPlugin: { errors: [{ code: 'SIGNATURE_INVALID', path: ['input', 'signature'] }] },
    })
})

it('reports the position of a fault in a tarball', async () => {
  const tarball = tarballOf(packageOf('@acme/node', '1.0.0', `import fs from 'node:fs'\n${entry}`))
  expect(await ask(PUBLISH, { tarball: tarball.toString('base64') })).toMatchObject({
    publishPlugin: {
      errors: [{ code: 'PLUGIN_LOAD_FAILED', position: 'index.js:1:16', message: expect.stringMatching(/Node module/) }],
    },
  })
})

it('allows only the owner to install, and only the first publisher to publish a version', async () => {
  const { id: member } = await runtime.users.create('Ada')
  await expect(runtime.pluginStore.install(member, '@acme/greet')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(runtime.pluginStore.publish(member, { tarball: greet('2.0.0') })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

it('rejects a tarball that is not base64 before other checks', async () => {
  const request = new Request('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query: PUBLISH, variables: { tarball: '%%%%' } }),
  })
  expect(await (await gateway.fetch(request)).text()).toContain('Base64 must be padded')
})

it('refuses a version beyond the quota of its author', async () => {
  const { rows } = await runtime.database.pool.query<{ count: number }>('select count(*)::int as count from plugin_version')
  const publishedVersions = rows[0]?.count ?? 0
  await worker.quotas.setQuota(runtime.ownerId, { publishedVersions })
  expect(await ask(PUBLISH, { tarball: tarballOf(packageOf('@acme/more', '1.0.0', more)).toString('base64') })).toMatchObject({
    publishPlugin: { pluginVersion: null, errors: [{ code: 'QUOTA_EXCEEDED' }] },
  })
  await worker.quotas.setQuota(runtime.ownerId, { publishedVersions: undefined })
  const answer = await ask(PUBLISH, { tarball: tarballOf(packageOf('@acme/more', '1.0.0', more)).toString('base64') })
  expect(answer).toMatchObject({ publishPlugin: { errors: [] } })
})

const more = entryOf('more', [{ id: 'aaaaaaaa-0000-4000-8000-0000000000f1', name: 'say', run: `yield ['out', 1]` }])
