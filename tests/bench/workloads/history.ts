import { createRuntime, type Runtime } from '@ashlar/core'
import { printError, type BenchContext, type Workload } from '../context.ts'
import { fanOut } from '../graphs.ts'
import { takeTurns, time } from '../measure.ts'
import { runOne } from '../runs.ts'

/** The execution has 9 events for each value: start, output and end of each block, and the output of the graph. */
const VALUES = 1115
const EVENTS = 10_000
const PAGE = 100
const FIRST_PAGE = { first: PAGE, orderBy: { field: 'SEQ', direction: 'ASC' }, filter: {}, countTotal: true } as const
const STORED = [100, 100_000]
const STORED_IN_FULL = [...STORED, 1_000_000]
const ROUNDS = { warmUp: 30, turns: 6, perTurn: 10 }
const INSERTED_AT_ONCE = 50_000
/** The ratio of the slowest to the fastest that still counts as equal. */
const FLAT = 1.5
const FLAT_MS = 1

/**
 * Reading an old execution: opens one of 10 000 events and its first page, p50, with an increasing number of other
 * executions.
 */
export const history: Workload = {
  name: 'history',
  unit: 'ms',
  async run(context) {
    const subjects: Record<string, () => Promise<number>> = {}
    for (const stored of context.full ? STORED_IN_FULL : STORED) {
      const open = await prepare(context, stored)
      subjects[`${stored.toLocaleString('en')} stored`] = () => time(open)
    }
    const p50 = await takeTurns(subjects, ROUNDS)
    const [fewest = NaN, ...more] = Object.values(p50)
    const value = Math.max(fewest, ...more)
    const also = value <= fewest * FLAT || value - fewest <= FLAT_MS
    return [{ value, yardsticks: p50, goal: { better: 'lower', must: 20, aim: null, also } }]
  },
}

/** @returns a function that opens a long execution in a separate database with this number of executions */
async function prepare(context: BenchContext, stored: number): Promise<() => Promise<void>> {
  const databaseUrl = await context.createDatabase(`history_${stored}`)
  const made = await makeExecutions(context, databaseUrl, stored)
  // A gateway is idle while another one is measured.
  const gateway = await createRuntime({ role: 'gateway', databaseUrl, pluginRoots: [], onError: printError })
  context.stack.defer(() => gateway.close())
  return async () => {
    await gateway.executions.get(made.ownerId, made.executionId)
    const page = (await gateway.executions.eventPages(made.ownerId, [made.executionId], FIRST_PAGE)).get(made.executionId)
    if (!page || page instanceof Error) throw page ?? new Error('there is no such execution')
    const { items, total = 0 } = page
    if (items.length !== PAGE || total < EVENTS) throw new Error(`a page has ${items.length} events of ${total}`)
  }
}

/** Runs a long execution and a short one, and copies the short one. */
async function makeExecutions(context: BenchContext, databaseUrl: string, stored: number) {
  const { pluginRoots } = context
  const stack = context.stack.use(new AsyncDisposableStack())
  const runtime = await createRuntime({ databaseUrl, pluginRoots: [...pluginRoots], onError: printError })
  stack.defer(() => runtime.close())
  const { id: ownerId } = await runtime.users.ensureOwner()
  const runNew = async (values: number): Promise<string> => {
    const graph = await runtime.graphs.create(ownerId, { name: 'Bench', document: fanOut(values) })
    await runOne({ ...context, runtime, ownerId }, graph.id)
    const { items } = await runtime.executions.list(ownerId, {
      first: 1,
      filter: { graphIds: [graph.id] },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      countTotal: false,
    })
    return items[0]?.item.id ?? ''
  }
  const executionId = await runNew(VALUES)
  await insertCopies(runtime, await runNew(2), stored - 2)
  await stack.disposeAsync()
  return { ownerId, executionId }
}

/** Inserts copies of an execution and its journal, and updates the statistics of Postgres, as autovacuum would. */
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
