import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { entryOf, packageOf, tarballOf, type TestBlock } from './tarballs.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const BLOCK: TestBlock = {
  id: 'eeeeeeee-0000-4000-8000-000000000001',
  name: 'say',
  run: `yield ['out', input.text]`,
  input: 'z.object({ text: z.string().default("") })',
}
const RENAMED = { ...BLOCK, name: 'tell', capabilities: `{ storage: ['user'] }` }
const WITHOUT = { ...BLOCK, input: 'z.object({ word: z.string() })', run: `yield ['out', input.word]` }

async function install(version: string, block: TestBlock): Promise<void> {
  const tarball = tarballOf(packageOf('speech', version, entryOf('speech', [block])))
  await runtime.pluginStore.publish(runtime.ownerId, { tarball })
  if (version === '1.0.0') await runtime.pluginStore.install(runtime.ownerId, 'speech')
  else await runtime.pluginStore.setVersion(runtime.ownerId, 'speech', version)
}

it('reports the changes of a plugin to its graphs, and only saves a compatible graph again', async () => {
  await install('1.0.0', BLOCK)
  const nodes = [{ id: 'node', block: 'speech/say', inputs: { text: 'hello' } }]
  const { id } = await runtime.graphs.create(runtime.ownerId, { name: 'g', document: { nodes } })
  const compatibility = async () => runtime.upgrades.checkCompatibility(await runtime.graphs.versionToRun(runtime.ownerId, id))
  expect(await compatibility()).toEqual({ status: 'COMPATIBLE', nodes: [], faults: [] })

  await install('1.1.0', RENAMED)
  expect(await compatibility()).toMatchObject({
    status: 'UPGRADABLE',
    nodes: [
      {
        node: 'node',
        block: 'speech/say',
        differences: [
          { kind: 'CAPABILITY_ADDED', pin: null, message: 'it requires a new capability: storage user', breaking: false },
        ],
      },
    ],
    faults: [],
  })
  await runtime.upgrades.upgrade(runtime.ownerId, id)
  const upgraded = await runtime.graphs.versionToRun(runtime.ownerId, id)
  expect([upgraded.number, upgraded.document.nodes[0]?.block]).toEqual([2, 'speech/tell'])
  expect(await compatibility()).toMatchObject({ status: 'COMPATIBLE' })
  await runtime.upgrades.upgrade(runtime.ownerId, id)
  expect((await runtime.graphs.versionToRun(runtime.ownerId, id)).number).toBe(2)

  await install('2.0.0', WITHOUT)
  expect(await compatibility()).toMatchObject({ status: 'BREAKING' })
  await expect(runtime.upgrades.upgrade(runtime.ownerId, id)).rejects.toMatchObject({
    code: 'GRAPH_INVALID',
    details: {
      faults: [
        { path: 'nodes.node.inputs.text', message: 'pin "text" was removed' },
        { path: 'nodes.node.inputs.word', message: 'input "word" is now required: set a value or add a link' },
      ],
    },
  })
  await runtime.pluginStore.uninstall(runtime.ownerId, 'speech')
  expect((await compatibility()).nodes[0]?.differences).toMatchObject([{ kind: 'BLOCK_REMOVED', breaking: true }])
})
