import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, recordStatements, type TestRuntime } from '../../testing/index.ts'
import type { GraphVersion } from './index.ts'

let runtime: TestRuntime
let versions: GraphVersion[]

/** Each version pins another bundle of the plugin, and runs sub-graphs of its own. */
beforeAll(async () => {
  runtime = await createTestRuntime()
  const { graphs, ownerId } = runtime
  const { id } = await graphs.create(ownerId, { name: 'Versions', document: { nodes: [] } })
  versions = []
  for (let number = 2; number <= 11; number++) {
    await runtime.devPlugins.set(ownerId, { packageName: 'changing', version: '1.0.0', bundle: bundleOf(number) })
    const children = await Promise.all([1, 2, 3].map(() => graphs.create(ownerId, { name: 'Child', document: CHILD })))
    const nodes = children.map((child, i) => {
      const inputs = { graph_id: child.id, ...(i === 0 && { graph_version: 1 }) }
      return { id: `run${i}`, block: 'io/graph', inputs }
    })
    const document = { nodes: [{ id: 'changing', block: 'changing/one' }, ...nodes] }
    versions.push(await graphs.saveVersion(ownerId, id, number - 1, document))
  }
  await runtime.devPlugins.set(ownerId, { packageName: 'changing', version: '1.0.0', bundle: bundleOf(12) })
})
afterAll(() => runtime.close())

const CHILD = { nodes: [{ id: 'count', block: 'io/number', inputs: { name: 'count', value: 1 } }] }

function bundleOf(number: number): string {
  return `const { defineBlock, definePlugin } = require('@ashlar/sdk'), { z } = require('zod')
    module.exports.default = definePlugin({ name: 'changing', blocks: [defineBlock({
      id: 'dededede-0000-4000-8000-000000000002', name: 'one', description: '${number}', category: 'Test', tests: [],
      input: z.object({}), output: z.object({}), *run() {} })] })`
}

it.each([
  ['capabilities', (version) => runtime.graphs.capabilities(version)],
  ['compatibility', (version) => runtime.upgrades.checkCompatibility(version)],
  ['warnings', (version) => runtime.graphWarnings.ofVersion(version)],
] satisfies [string, (version: GraphVersion) => Promise<unknown>][])(
  'reads the %s of many versions with as many statements as those of two',
  async (_name, read: (version: GraphVersion) => Promise<unknown>) => {
    const few = await countStatements(() => Promise.all(versions.slice(0, 2).map((each) => read(each))))
    const many = await countStatements(() => Promise.all(versions.map((each) => read(each))))
    expect(many).toBe(few)
  },
)

async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const texts = await recordStatements(work)
  return texts.filter((text) => /\b(graph|graph_version|plugin_bundle)\b/.test(text)).length
}
