/**
 * Parses and stringifies the rows of the row workload in plain Node, and prints the median of the durations in
 * milliseconds. A separate process, so that the heap of the runtime does not slow it down.
 */
import { median, time } from '../measure.ts'
import { createRows } from '../rows.ts'

const text = JSON.stringify(createRows(Number(process.argv[2])))
const taken: number[] = []
for (let i = 0; i < Number(process.argv[3]); i++) taken.push(await time(() => void JSON.stringify(JSON.parse(text))))
process.stdout.write(String(median(taken)))
