/**
 * `node tests/chaos/command.ts [faults] [--minutes N]`: causes 500 faults, the given number, or faults for a time, and
 * prints its counts. The exit status is 1 if an invariant was violated.
 */
import { parseArgs } from 'node:util'
import { runChaos } from './chaos.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { minutes: { type: 'string' } } })
const limit = values.minutes === undefined ? { faults: Number(positionals[0] ?? 500) } : { minutes: Number(values.minutes) }
const { faults, ...counts } = await runChaos({ ...limit, log: (line) => process.stderr.write(`${line}\n`) })
process.stdout.write(`${JSON.stringify(counts, undefined, 2)}\n`)
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
