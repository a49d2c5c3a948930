import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { median } from '../measure.ts'
import { parseAndStringify } from '../yardsticks/plain-rows.ts'

const ROWS = 100_000
const TIMES = 7
/**
 * The goal: 2.5 times one parse and stringify of the same rows, which takes 83 ms in Node 20 on the machine for which
 * the goals are set. Node 26, which is the yardstick, needs half of that.
 */
const MUST_MS = 2.5 * 83

const CITIES = Array.from({ length: 50 }, (_, i) => ({ city: `c${i}`, z: i }))

/** Row blocks and their inputs, in addition to the rows. */
const BLOCKS: Record<string, { rows: string; inputs: Record<string, unknown> }> = {
  filter: { rows: 'rows', inputs: { field: 'amount', operator: '>=', value: 500 } },
  sort: { rows: 'rows', inputs: { by: 'amount' } },
  group: { rows: 'rows', inputs: { by: ['city'] } },
  aggregate: { rows: 'rows', inputs: { by: ['city'], measures: [{ function: 'sum', field: 'amount' }] } },
  join: { rows: 'rows', inputs: { other: CITIES, keys: ['city'] } },
  derive: { rows: 'rows', inputs: { field: 'year', from: 'day', operation: 'year' } },
}

/**
 * A row block on 100 000 rows in a real execution: the time from the output of the node before it to its own output, so
 * it includes the journal, the channel and the sandbox.
 */
export const rows: Workload = {
  name: 'rows',
  unit: 'ms',
  async run(context) {
    const figures: Figure[] = []
    for (const [block, { rows: pin, inputs }] of Object.entries(BLOCKS)) {
      const document = {
        nodes: [
          { id: 'rows', block: 'bench/rows', inputs: { count: ROWS } },
          { id: 'block', block: `data/${block}`, inputs },
        ],
        links: [{ from: 'rows.rows', to: `block.${pin}` }],
      }
      const graph = await context.createGraph(document)
      await runNode(context, graph)
      const taken: number[] = []
      for (let i = 0; i < TIMES; i++) taken.push(await runNode(context, graph))
      figures.push({
        part: block,
        value: median(taken),
        yardsticks: { 'parse and stringify': await parseAndStringify(ROWS, TIMES) },
        goal: { better: 'lower', must: MUST_MS, aim: null },
      })
    }
    return figures
  },
}

/** @returns milliseconds from the output of `rows` to the first output of `block` */
async function runNode({ runtime, ownerId }: BenchContext, graphId: string): Promise<number> {
  const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
  await waitForEnd(runtime, id)
  let [from, to] = [NaN, NaN]
  for await (const event of await runtime.executions.follow(ownerId, id, 0)) {
    if (event.type === 'ExecutionFinished' && event.status !== 'COMPLETED')
      throw new Error(`an execution ended ${event.status}: ${JSON.stringify(event.reason)}`)
    if (event.type !== 'NodeOutput') continue
    if (event.node === 'rows') from = event.at
    else if (Number.isNaN(to)) to = event.at
  }
  return to - from
}

/** Following the execution would read the rows in this process while the block runs. */
async function waitForEnd({ database }: BenchContext['runtime'], id: string): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ status: string }>('select status from execution where id = $1', [id])
    if (!['QUEUED', 'RUNNING'].includes(rows[0]?.status ?? '')) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
