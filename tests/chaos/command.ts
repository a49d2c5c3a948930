/** `node tests/chaos/command.ts [faults]`: prints its counts. The exit status is 1 if an invariant was violated. */
import { runChaos } from './chaos.ts'

const count = Number(process.argv[2] ?? 500)
const { faults, ...counts } = await runChaos({ faults: count, log: (line) => process.stderr.write(`${line}\n`) })
process.stdout.write(`${JSON.stringify(counts, undefined, 2)}\n`)
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
