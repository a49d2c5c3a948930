import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Blocks with countable effects: each run increments the value under its key. */
const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
const effect = (id: string, name: string, onCrash: 'fail' | 'retry') =>
  defineBlock({
    id, name, description: 'Counts its runs.', category: 'CHAOS', capabilities: { storage: ['user'] }, onCrash,
    input: z.object({ key: z.string(), after: z.unknown().optional() }),
    output: z.object({ count: z.number() }),
    tests: [],
    async *run({ key }, { storage }) {
      const count = Number(await storage.get('user', key)) + 1
      await storage.set('user', key, count)
      await new Promise((resolve) => setTimeout(resolve, 150))
      yield ['count', count]
    },
  })
export default definePlugin({ name: 'chaos', blocks: [
  effect('11111111-0000-4000-8000-000000000001', 'once', 'fail'),
  effect('11111111-0000-4000-8000-000000000002', 'again', 'retry'),
] })
`

export async function writeChaosPlugin(folder: string): Promise<void> {
  await mkdir(join(folder, 'chaos'), { recursive: true })
  await writeFile(join(folder, 'chaos', 'package.json'), JSON.stringify({ name: 'chaos', ashlar: { blocks: './index.ts' } }))
  await writeFile(join(folder, 'chaos', 'index.ts'), SOURCE)
}

/** Doubles items one by one, with a durable sleep for each, and collects the results. */
export function pureGraph(): unknown {
  return {
    nodes: [
      { id: 'items', block: 'logic/step-through', inputs: { items: [1, 2, 3, 4, 5] } },
      { id: 'double', block: 'math/calculate', inputs: { operation: 'Multiply', b: 2 } },
      { id: 'pause', block: 'time/countdown', inputs: { seconds: '0.1' } },
      { id: 'out', block: 'io/output', inputs: { name: 'doubled' } },
    ],
    links: [
      { from: 'items.item', to: 'double.a' },
      { from: 'double.result', to: 'pause.input_message' },
      { from: 'pause.output_message', to: 'out.value' },
    ],
  }
}

export function effectGraph(block: 'once' | 'again'): unknown {
  return {
    nodes: [
      { id: 'key', block: 'io/input', inputs: { name: 'key' } },
      { id: 'pause', block: 'time/countdown', inputs: { seconds: 0.02 } },
      { id: 'effect', block: `chaos/${block}` },
      { id: 'out', block: 'io/output', inputs: { name: 'count' } },
    ],
    links: [
      { from: 'key.result', to: 'pause.input_message' },
      { from: 'pause.output_message', to: 'effect.key' },
      { from: 'effect.count', to: 'out.value' },
    ],
  }
}
