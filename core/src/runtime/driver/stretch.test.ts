import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { FollowedEvent } from '../../domains/executions/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const block = (i, name, n, output, run) => defineBlock({
  id: '33333333-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [],
  input: z.object({ n }), output: z.object(output), run,
})
const number = z.number()

export default definePlugin({
  name: 'steps',
  blocks: [
    block(1, 'add', number, { n: number }, function* ({ n }) { yield ['n', n + 1] }),
    block(2, 'add-later', number, { n: number }, async function* ({ n }) { await null; yield ['n', n + 10] }),
    block(3, 'split', number, { n: number.meta({ many: true }) }, function* ({ n }) { for (let i = 0; i < 1 + (n % 3); i++) yield ['n', n * 2 + i] }),
    block(4, 'part', number, { n: number, odd: number }, function* ({ n }) { yield [n % 2 ? 'odd' : 'n', n] }),
    block(5, 'fail-at-fives', number, { n: number }, function* ({ n }) {
      yield ['n', n]
      if (n % 5 === 0) throw new Error('a five: ' + n)
    }),
    block(6, 'spell', z.string(), { n: z.string() }, function* ({ n }) { yield ['n', n + '1'] }),
    block(8, 'twice', number, { n: number }, function* ({ n }) { yield ['n', n]; yield ['n', n] }),
    block(7, 'any', z.unknown(), { n: z.unknown().meta({ many: true }) }, function* ({ n }) { yield ['n', [n]]; yield ['n', null]; yield ['n', 3] }),
  ],
})
`

let runtime: TestRuntime
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-steps-'))
  await mkdir(join(folder, 'steps'))
  await writeFile(join(folder, 'steps', 'package.json'), JSON.stringify({ name: 'steps', ashlar: { blocks: './index.ts' } }))
  await writeFile(join(folder, 'steps', 'index.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

const BLOCKS = ['add', 'add-later', 'split', 'part', 'fail-at-fives', 'spell', 'any', 'twice']

/** Each node has one incoming link, so its inputs do not depend on timing. */
const graphs = fc.array(
  fc.record({ block: fc.constantFrom(...BLOCKS), from: fc.nat(), pin: fc.constantFrom('n', 'n', 'n', 'odd', 'error') }),
  { minLength: 1, maxLength: 12 },
)

interface Step {
  block: string
  from: number
  pin: string
}

function toDocument(steps: Step[], concurrency: number): unknown {
  const links = steps.slice(1).flatMap(({ from, pin }, i) => {
    const source = from % (i + 1)
    const known = pin === 'odd' && steps[source]?.block !== 'part' ? 'n' : pin
    return [{ from: `s${source}.${known}`, to: `s${i + 1}.n` }]
  })
  return {
    nodes: steps.map(({ block }, i) => ({ id: `s${i}`, block: `steps/${block}`, inputs: i === 0 ? { n: 4 } : {} })),
    links,
    concurrency,
    onUnhandledError: 'CONTINUE',
  }
}

/** The outputs and ends of all runs regardless of their order, and the end of the execution. */
function gist(events: FollowedEvent[]): string[] {
  return events
    .flatMap((event) => {
      if (event.type === 'NodeOutput') return `${event.node} ${event.pin} ${JSON.stringify(event.value)}`
      if (event.type === 'NodeFinished') return `${event.node} ${event.error?.message ?? 'ok'}`
      if (event.type === 'ExecutionFinished') return `${event.status} ${event.failedNodes.toSorted().join()}`
      return []
    })
    .toSorted()
}

async function run(graphId: string, masks?: unknown): Promise<string[]> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {}, masks })
  const events: FollowedEvent[] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) events.push(event)
  return gist(events)
}

it('has the same result in one stretch and block by block', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 20 }), async (steps, concurrency) => {
      const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Steps', document: toDocument(steps, concurrency) })
      const masked = { s0: { n: 4 } } // masked executions run block by block
      const [stretched, plain] = await Promise.all([run(graph.id), run(graph.id, masked)])
      expect(stretched).toEqual(plain)
    }),
    { numRuns: process.env.ASHLAR_SOAK ? 500 : 50 },
  )
  expect(runtime.failures).toEqual([])
})
