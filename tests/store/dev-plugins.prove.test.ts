import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

/** A plugin with one block that yields a text, in the form that the author's commands send. */
function words(says: string, facts: { packageName?: string; version?: string; sdk?: string } = {}) {
  const bundle = `const { defineBlock, definePlugin } = require('@ashlar/sdk'), { z } = require('zod')
    module.exports.default = definePlugin({ name: 'words', blocks: [defineBlock({
      id: 'dddddddd-0000-4000-8000-000000000001', name: 'say', description: '${says}', category: 'TEST', tests: [],
      input: z.object({}), output: z.object({ out: z.string() }), *run() { yield ['out', '${says}'] } })] })`
  return { packageName: 'words', version: '1.0.0', bundle, ...facts }
}

it('rejects a plugin that was built for a newer SDK', async () => {
  await expect(runtime.devPlugins.set(runtime.ownerId, words('no', { sdk: '99.1.0' }))).rejects.toMatchObject({
    code: 'SDK_TOO_OLD',
    message: expect.stringMatching(
      /^package\.json: it is built for @ashlar\/sdk 99\.1\.0, but this installation has /,
    ) as unknown,
    details: { path: ['sdk'], faults: [{ path: 'package.json' }] },
  })
  expect(runtime.plugins.block('words/say')).toBeUndefined()
})

it('removes a development plugin also after a failure of the database', async () => {
  const { database, devPlugins, plugins, failures, ownerId } = runtime
  await devPlugins.set(ownerId, words('left'))
  await database.pool.query(`update plugin_workspace set seen_at = now() - interval '1 minute' where id = 'dev:words'`)
  const forgotten = Promise.withResolvers<void>()
  const deaf = plugins.onChange(() => {
    if (!plugins.block('words/say')) forgotten.resolve()
  })
  const { pool } = database
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<never>
  let hasFailed = false
  const unsteady = (...args: unknown[]): Promise<never> => {
    const isSweep = String(args[0]).startsWith(`delete from plugin_workspace where id like 'dev:`)
    if (!isSweep || hasFailed) return query(...args)
    hasFailed = true
    return Promise.reject(new Error('no database'))
  }
  Object.assign(pool, { query: unsteady })
  await forgotten.promise
  deaf()
  Object.assign(pool, { query })
  expect(failures.splice(0)).toEqual([new Error('no database')])
})

it('removes all bundles that no graph pins', async () => {
  const { database, devPlugins, executions, failures, graphs, ownerId } = runtime
  const bundles = async (): Promise<number> =>
    (await database.pool.query(`select from plugin_bundle where package_name = 'words'`)).rows.length
  const age = () => database.pool.query(`update plugin_bundle set draft_at = draft_at - interval '2 minutes'`)
  await age()
  await expect.poll(bundles, { timeout: 20_000 }).toBe(0)
  await devPlugins.set(ownerId, words('pinned'))
  const document = { nodes: [{ id: 'node', block: 'words/say' }] }
  const { id: graphId } = await graphs.create(ownerId, { name: 'pins', document })
  for (const text of ['second', 'third', 'last']) await devPlugins.set(ownerId, words(text))
  expect(await bundles()).toBe(4)
  await age()
  await expect.poll(bundles, { timeout: 20_000 }).toBe(2)
  await devPlugins.remove(ownerId, 'words')
  await age()
  await expect.poll(bundles, { timeout: 20_000 }).toBe(1)
  const { id } = await executions.start(ownerId, { graphId, inputs: {} })
  const yielded: unknown[] = []
  for await (const event of await executions.follow(ownerId, id, 0)) if (event.type === 'NodeOutput') yielded.push(event.value)
  expect(yielded).toEqual(['pinned'])
  expect((await database.pool.query('select from plugin_bundle where draft_at is not null')).rows).toEqual([])
  expect(failures).toEqual([])
}, 60_000)

it('allows its author to install a published version, and does not claim names of other plugins', async () => {
  const { devPlugins, ownerId, pluginStore, plugins } = runtime
  const block = { id: 'dddddddd-0000-4000-8000-000000000001', name: 'say', run: `yield ['out', 'published']` }
  await devPlugins.set(ownerId, words('written'))
  await pluginStore.publish(ownerId, { tarball: tarballOf(packageOf('words', '1.0.0', entryOf('words', [block]))) })
  await pluginStore.install(ownerId, 'words')
  expect(plugins.reports().find(({ packageName }) => packageName === 'words')).toMatchObject({ origin: 'DEV' })
  await devPlugins.remove(ownerId, 'words')
  expect(plugins.reports().find(({ packageName }) => packageName === 'words')).toMatchObject({ origin: 'STORE' })
  await expect(devPlugins.set(ownerId, words('taken', { packageName: 'other' }))).rejects.toMatchObject({
    code: 'DUPLICATE_BLOCK',
    details: { path: ['bundle'] },
  })
  await pluginStore.uninstall(ownerId, 'words')
})

it('blocks the installation of a plugin that claims the same names', async () => {
  const { devPlugins, ownerId, pluginStore } = runtime
  const block = { id: 'dddddddd-0000-4000-8000-000000000002', name: 'say', run: '' }
  const tarball = tarballOf(packageOf('verbs', '1.0.0', entryOf('verbs', [block])))
  await pluginStore.publish(ownerId, { tarball })
  // Simulates that another process loaded the plugin below before this one was published.
  await runtime.database.pool.query(`delete from plugin_claim where package_name = 'verbs'`)
  await devPlugins.set(ownerId, {
    ...words('written', { packageName: 'mine' }),
    bundle: words('x').bundle.replaceAll(`'words'`, `'verbs'`).replace('000000000001', '000000000003'),
  })
  await expect(pluginStore.install(ownerId, 'verbs')).rejects.toMatchObject({
    code: 'DUPLICATE_BLOCK',
    details: { path: ['packageName'] },
  })
  await devPlugins.remove(ownerId, 'mine')
})
