import { createRuntime, type Runtime } from '@ashlar/core'
import { tellError, type BenchContext, type Workload } from '../context.ts'
import { fanOut } from '../graphs.ts'
import { median, time } from '../measure.ts'
import { runOne } from '../runs.ts'

/** Its execution has 9 events for each value: how each block starts, yields and ends, and the output. */
const VALUES = 1115
const EVENTS = 10_000
const PAGE = 100
const STORED = [100, 100_000]
const STORED_IN_FULL = [...STORED, 1_000_000]
const ROUNDS = 60
const INSERTED_AT_ONCE = 50_000
/** By how much the largest may be slower than the smallest and count as the same. */
const FLAT = 1.5
const FLAT_MS = 1

/** Looking at an old execution: opening one of 10 000 events and its first page, p50, with ever more others stored. */
export const history: Workload = {
  name: 'history',
  unit: 'ms',
  async run(context) {
    const { runtime, ownerId, executionId, sampleId } = await prepare(context)
    const open = async (): Promise<void> => {
      await runtime.executions.get(ownerId, executionId)
      const { events, total } = await runtime.executions.eventPage(ownerId, executionId, 0, PAGE)
      if (events.length !== PAGE || total < EVENTS) throw new Error(`a page has ${events.length} events of ${total}`)
    }
    const figures: [stored: number, ms: number][] = []
    let stored = 2
    for (const wanted of context.full ? STORED_IN_FULL : STORED) {
      await insertCopies(runtime, sampleId, wanted - stored)
      stored = wanted
      figures.push([wanted, await p50(open)])
    }
    const [first = NaN] = figures.map(([, ms]) => ms)
    const value = Math.max(...figures.map(([, ms]) => ms))
    const also = value <= first * FLAT || value - first <= FLAT_MS
    const yardsticks = Object.fromEntries(figures.map(([count, ms]) => [`${count.toLocaleString('en')} stored`, ms]))
    return [{ value, yardsticks, goal: { better: 'lower', must: 20, aim: null, also } }]
  },
}

/** A database with one long execution, and a short one to be copied. */
async function prepare(context: BenchContext) {
  const databaseUrl = await context.createDatabase('history')
  const runtime = await createRuntime({ databaseUrl, pluginRoots: context.pluginRoots, onError: tellError })
  context.stack.defer(() => runtime.close())
  const { id: ownerId } = await runtime.accounts.ensureOwner()
  const runNew = async (values: number): Promise<string> => {
    const graph = await runtime.graphs.create(ownerId, { name: 'Bench', document: fanOut(values) })
    await runOne({ ...context, runtime, ownerId }, graph.id)
    const { items } = await runtime.executions.list(ownerId, { graphId: graph.id }, { first: 1 })
    return items[0]?.id ?? ''
  }
  return { runtime, ownerId, sampleId: await runNew(2), executionId: await runNew(VALUES) }
}

/** Copies an execution with its journal, as often as said, and lets Postgres count what is there, as it does in time by itself. */
async function insertCopies({ database }: Runtime, sampleId: string, count: number): Promise<void> {
  const { rows } = await database.pool.query<{ column: string }>(
    `select column_name as column from information_schema.columns where table_name = 'execution' and column_name <> 'id'`,
  )
  const columns = rows.map(({ column }) => column)
  for (let left = count; left > 0; left -= INSERTED_AT_ONCE)
    await database.pool.query(
      `with copy as (
         insert into execution (id, ${columns.join()})
         select uuidv7(), ${columns.map((column) => `sample.${column}`).join()}
         from execution sample, generate_series(1, $2) where sample.id = $1 returning id
       )
       insert into journal (execution_id, first_seq, last_seq, events)
       select copy.id, first_seq, last_seq, events from copy, journal where journal.execution_id = $1`,
      [sampleId, Math.min(left, INSERTED_AT_ONCE)],
    )
  await database.pool.query('vacuum analyze')
}

async function p50(open: () => Promise<void>): Promise<number> {
  const taken: number[] = []
  for (let i = -30; i < ROUNDS; i++) {
    const ms = await time(open)
    if (i >= 0) taken.push(ms)
  }
  return median(taken)
}
