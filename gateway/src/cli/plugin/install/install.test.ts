import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../../../server/index.ts'
import { ashlar, ashlarWith, createTestFolder, installFromWorkspace } from '../../../testing/test-plugin.ts'

const OWNER_KEY = 'the-key-of-the-owner'
let root: Awaited<ReturnType<typeof createTestFolder>>
let runtime: TestRuntime
let gateway: Gateway
let origin: string
let environment: Record<string, string>
beforeAll(async () => {
  root = await createTestFolder()
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  origin = new URL(await gateway.listen(0)).origin
  environment = { ASHLAR_KEY: OWNER_KEY, HOME: root.path }
  const folder = `${root.path}/sky`
  await ashlar('plugin', 'create', folder, '--yes')
  await installFromWorkspace(folder)
  await ashlarWith(environment, 'plugin', 'publish', folder, '--server', origin)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await root.remove()
})

const run = (...args: string[]) => ashlarWith(environment, 'plugin', ...args, '--server', origin)

it('installs a plugin for one account or for all, and removes it', async () => {
  const account = Buffer.from(`Account:${runtime.ownerId}`).toString('base64url')
  const forOne = await run('install', 'ashlar-plugin-sky', '--account', account, '--json')
  expect(forOne).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(forOne.stdout)).toMatchObject({ installedVersion: '0.1.0', account: { id: account } })
  expect(runtime.plugins.block('sky/slugify')).toBeUndefined()
  expect((await runtime.plugins.forAccount(runtime.ownerId)).block('sky/slugify')).toBeDefined()
  expect((await run('uninstall', 'ashlar-plugin-sky', '--account', account)).stdout).toContain('✓ ashlar-plugin-sky uninstalled')
  expect((await runtime.plugins.forAccount(runtime.ownerId)).block('sky/slugify')).toBeUndefined()
  const forAll = await run('install', 'ashlar-plugin-sky', '--version', '0.1.0')
  expect(forAll.stdout).toContain('✓ ashlar-plugin-sky 0.1.0 installed for all accounts on ')
  expect(runtime.plugins.block('sky/slugify')).toBeDefined()
})

it.each([
  [['install', 'ashlar-plugin-none'], 'has not been published'],
  [['install', 'ashlar-plugin-sky', '--version', '9.0.0'], 'has no version'],
  [['install', 'ashlar-plugin-sky', '--account', Buffer.from('Account:none').toString('base64url')], 'accountId must be an id'],
  [['install'], 'specify one published package'],
  [['uninstall', 'a', 'b'], 'specify one published package'],
])('plugin %j fails with a reason', async (args, reason) => {
  const { status, stderr } = await run(...args)
  expect(status).not.toBe(0)
  expect(stderr).toContain(reason)
})
