/**
 * `npx pnpm@12 bench [workload …] [--json] [--full]`: runs the workloads, all unless some are named, and prints their figures:
 * a table, or with `--json` one object per line. Status 1 when a workload could not be run, 2 when there is none of that name;
 * a figure that misses what it must is told in the figure, not in the status.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { createContext, tellError, type BenchContext, type Workload } from './context.ts'
import { createRow, formatTable, type Row } from './format.ts'
import { WORKLOADS } from './workloads/index.ts'

/** How long the undoing may take after a signal. */
const END_WITHIN_MS = 10_000

/** By their status. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 }

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
  })
  const unknown = positionals.find((name) => !WORKLOADS.some((each) => each.name === name))
  if (unknown !== undefined) {
    tellError(`there is no workload "${unknown}"; there are ${WORKLOADS.map(({ name }) => name).join(', ')}`)
    return 2
  }
  const chosen = positionals.length > 0 ? WORKLOADS.filter(({ name }) => positionals.includes(name)) : WORKLOADS
  const notes: string[] = []
  const [loadBefore = 0] = loadavg()
  await using stack = new AsyncDisposableStack()
  const creating = createContext(stack, { full: values.full, note: (line) => void notes.push(line) })
  endInOrderOnSignal(stack, creating)
  const context = await creating
  const { rows, failures } = await runAll(chosen, context, (row) => values.json && print(JSON.stringify(row)))
  if (stack.disposed) return 1
  if (!values.json) print([formatTable(rows), '', ...notes, await describeMachine(context, loadBefore)].join('\n'))
  return failures > 0 ? 1 : 0
}

/** One that fails leaves the others be. */
async function runAll(
  workloads: readonly Workload[],
  context: BenchContext,
  onRow: (row: Row) => void,
): Promise<{ rows: Row[]; failures: number }> {
  const rows: Row[] = []
  let failures = 0
  for (const { name, unit, run } of workloads) {
    if (context.stack.disposed) break // a signal came, and everything goes
    process.stderr.write(`${name} …\n`)
    const stack = context.stack.use(new AsyncDisposableStack())
    try {
      for (const figure of await run({ ...context, stack })) {
        const row = createRow(name, unit, figure)
        rows.push(row)
        onRow(row)
      }
    } catch (error) {
      if (context.stack.disposed) break
      failures++
      tellError(error)
    } finally {
      await stack.disposeAsync()
    }
  }
  return { rows, failures }
}

/** What is measured shares the cores with its yardsticks, with Postgres, and with whatever else runs. */
async function describeMachine({ runtime }: BenchContext, loadBefore: number): Promise<string> {
  const { rows } = await runtime.database.pool.query<{ version: string; fsync: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync`,
  )
  const postgres = `Postgres ${rows[0]?.version}, fsync ${rows[0]?.fsync}`
  const load = `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? 0).toFixed(2)} after`
  return `${postgres}, Node ${process.versions.node}, ${cpus().length} cores, ${load}: what ran before was other work, and makes figures worse`
}

/** @param creating what is being started is let start, so that all of it is known to the stack */
function endInOrderOnSignal(stack: AsyncDisposableStack, creating: Promise<unknown>): void {
  const end = async (status: number): Promise<void> => {
    setTimeout(() => process.exit(status), END_WITHIN_MS).unref()
    await creating.catch(() => {}) // told by whoever waits for it
    await stack.disposeAsync().finally(() => process.exit(status))
  }
  for (const [signal, status] of Object.entries(SIGNALS)) process.once(signal, () => void end(status).catch(tellError))
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

process.exitCode = await main()
