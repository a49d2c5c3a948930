/** `node tests/chaos/command.ts [kills]`: prints its counts, exit status 1 when something that must not be has happened. */
import { runChaos } from './chaos.ts'

const kills = Number(process.argv[2] ?? 500)
const { faults, ...counts } = await runChaos({ kills, log: (line) => process.stderr.write(`${line}\n`) })
process.stdout.write(`${JSON.stringify(counts, undefined, 2)}\n`)
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
