/**
 * `npx pnpm@12 bench [workload …] [--json] [--full]`: runs the named workloads, or all, and prints their figures as a
 * table, or with `--json` as one object per line. The exit status is 1 if a workload fails to run and 2 if a name is
 * unknown. A figure that misses its goal is marked in the output and does not change the exit status.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { limitHeapGrowth } from '@ashlar/gateway'
import { createContext, printError, type BenchContext, type Workload } from './context.ts'
import { createRow, formatTable, type Row } from './format.ts'
import { WORKLOADS } from './workloads/index.ts'

/** The time limit for the cleanup after a signal. */
const END_WITHIN_MS = 10_000

/** Signals and their exit statuses. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 }

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
  })
  const unknown = positionals.find((name) => !WORKLOADS.some((each) => each.name === name))
  if (unknown !== undefined) {
    printError(`there is no workload "${unknown}"; there are ${WORKLOADS.map(({ name }) => name).join(', ')}`)
    return 2
  }
  const chosen = positionals.length > 0 ? WORKLOADS.filter(({ name }) => positionals.includes(name)) : WORKLOADS
  const notes: string[] = []
  const [loadBefore = 0] = loadavg()
  limitHeapGrowth() // as `ashlar start` does
  await using stack = new AsyncDisposableStack()
  const creating = createContext(stack, { full: values.full, note: (line) => void notes.push(line) })
  endInOrderOnSignal(stack, creating)
  const context = await creating
  const { rows, failures } = await runAll(chosen, context, (row) => values.json && print(JSON.stringify(row)))
  if (stack.disposed) return 1
  if (!values.json) print([formatTable(rows), '', ...notes, await describeMachine(context, loadBefore)].join('\n'))
  return failures > 0 ? 1 : 0
}

/** Runs all workloads, also after one has failed. */
async function runAll(
  workloads: readonly Workload[],
  context: BenchContext,
  onRow: (row: Row) => void,
): Promise<{ rows: Row[]; failures: number }> {
  const rows: Row[] = []
  let failures = 0
  for (const { name, unit, run } of workloads) {
    if (context.stack.disposed) break // after a signal
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
      printError(error)
    } finally {
      await stack.disposeAsync()
    }
  }
  return { rows, failures }
}

/** The workloads share the cores with their yardsticks, with Postgres, and with all other processes. */
async function describeMachine({ runtime }: BenchContext, loadBefore: number): Promise<string> {
  const { rows } = await runtime.database.pool.query<{ version: string; fsync: string }>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync`,
  )
  const postgres = `Postgres ${rows[0]?.version}, fsync ${rows[0]?.fsync}`
  const load = `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? 0).toFixed(2)} after`
  return `${postgres}, Node ${process.versions.node}, ${cpus().length} cores, ${load}: a load before the run is other work, which makes the figures worse`
}

/** @param creating the pending start, which must settle first, so that the stack contains everything to dispose */
function endInOrderOnSignal(stack: AsyncDisposableStack, creating: Promise<unknown>): void {
  const end = async (status: number): Promise<void> => {
    setTimeout(() => process.exit(status), END_WITHIN_MS).unref()
    await creating.catch(() => {}) // the caller handles this error
    await stack.disposeAsync().finally(() => process.exit(status))
  }
  for (const [signal, status] of Object.entries(SIGNALS)) process.once(signal, () => void end(status).catch(printError))
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

process.exitCode = await main()
