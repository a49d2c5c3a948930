import type { BenchContext, Workload } from '../context.ts'
import { loop } from '../graphs.ts'
import { takeTurns } from '../measure.ts'
import { runOne } from '../runs.ts'

const ITEMS = 10_000
const BLOCKS_PER_ITEM = 3

/**
 * One execution with a loop over 10 000 items and three blocks for each item, until the last event, with a concurrency
 * of 64. The results are collected. The yardstick is the same graph with the pairing FIFO and without the collect
 * block.
 */
export const loopOfItems: Workload = {
  name: 'loop',
  unit: 'node executions/s',
  async run(context) {
    const [tagged, fifo] = await Promise.all([
      context.createGraph(loop(ITEMS, 'TAGGED')),
      context.createGraph(loop(ITEMS, 'FIFO')),
    ])
    const p50 = await takeTurns(
      { tagged: () => runOne(context, tagged), fifo: () => runOne(context, fifo) },
      { warmUp: 1, turns: 5, perTurn: 1 },
    )
    const perSecond = (ms: number): number => (ITEMS * BLOCKS_PER_ITEM * 1000) / ms
    const [taggedBytes, fifoBytes] = [await bytesPerItem(context, tagged), await bytesPerItem(context, fifo)]
    context.note(`journal bytes per item: TAGGED ${taggedBytes.toFixed(0)}, FIFO ${fifoBytes.toFixed(0)}`)
    const yardsticks = { 'the same in FIFO/s': perSecond(p50.fifo) }
    return [{ value: perSecond(p50.tagged), yardsticks, goal: { better: 'higher', must: 20_000, aim: 30_000 } }]
  },
}

/** The length of the rows of the newest journal of a graph, without the collected list, for each item. */
async function bytesPerItem({ runtime }: BenchContext, graphId: string): Promise<number> {
  const { rows } = await runtime.database.pool.query<{ bytes: string }>(
    `select sum(octet_length(events)) as bytes from journal
     where execution_id = (select id from execution where graph_id = $1 order by created_at desc limit 1)`,
    [graphId],
  )
  return Number(rows[0]?.bytes ?? 0) / ITEMS
}
