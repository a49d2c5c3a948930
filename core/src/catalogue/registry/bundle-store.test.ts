import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { buildPlugin } from '../../blocks/index.ts'
import { createBundleStore } from './bundle-store.ts'
import type { BlockManifest } from '../../blocks/manifest.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', template: 'COLD' })
})
afterAll(() => runtime.close())

const block: BlockManifest = {
  id: '55555555-0000-4000-8000-000000000001',
  name: 'keep',
  description: '',
  category: 'TEST',
  categories: [],
  synonyms: [],
  icon: 'box',
  costs: [],
  kind: 'standard',
  staticOutput: false,
  serial: false,
  capabilities: { storage: ['user'] },
  onCrash: 'fail',
  inputSchema: { type: 'object', properties: {} },
  outputSchema: { type: 'object', properties: { n: {} } },
  tests: [],
}

it('returns a saved plugin with its memory limit', async () => {
  const store = createBundleStore(runtime.database)
  const facts = { packageName: 'kept', version: '1.0.0', builtin: true, bundle: { digest: 'd'.repeat(64), code: '' } }
  const plugin = buildPlugin(facts, { name: 'kept', memoryMb: 256, providers: [], blocks: [block] })
  await store.save([plugin])
  const found = await store.find(plugin.bundle.digest)
  expect(found?.bundle).toEqual({ ...facts.bundle, memoryMb: 256 })
  expect(found?.blocks).toEqual([{ ...plugin.blocks[0], plugin: found }])
  const { rows } = await runtime.database.pool.query<{ manifest: unknown }>('select manifest from plugin_bundle')
  expect(rows.map(({ manifest }) => manifest)).toEqual([{ name: 'kept', memoryMb: 256, providers: [], blocks: [block] }])
})
