import { availableParallelism } from 'node:os'
import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { findRareCases, type Counts } from '../counts.ts'
import { proveEffects, provePure, proveWriter } from '../simulation.ts'
import { proveTagged } from '../tagged/index.ts'

/*
 * `simulate --cases N --seed S`: proves the scheduler and the journal fold on this number of random executions of FIFO
 * graphs, and on as many TAGGED graphs, on all cores. Each batch of 1000 has its own seed, starting at S, so a failing
 * batch can be repeated alone. The exit status is 1 when a case fails (the smallest one found is printed) or when an
 * expected case never occurred.
 */

const BATCH = 1000
const PROGRESS_INTERVAL_MS = 2000

interface Batch {
  cases: number
  seed: number
}

interface BatchResult extends Batch {
  failure: string | undefined
  pure: Counts
  effects: Counts
  writer: Counts
  tagged: Counts
}

async function runBatch({ cases, seed }: Batch): Promise<BatchResult> {
  const writerCases = Math.ceil(cases * 0.02)
  const pureCases = Math.ceil(cases * 0.7)
  const pure = provePure({ cases: pureCases, seed })
  const result: BatchResult = { cases, seed, failure: pure.failure, pure: pure.counts, effects: {}, writer: {}, tagged: {} }
  if (pure.failure !== undefined) return result
  const effects = proveEffects({ cases: Math.max(1, cases - pureCases - writerCases), seed })
  const writer = effects.failure === undefined ? await proveWriter({ cases: writerCases, seed }) : NOTHING
  const failure = effects.failure ?? writer.failure
  const tagged = failure === undefined ? proveTagged({ cases, seed }) : NOTHING
  return {
    ...result,
    failure: failure ?? tagged.failure,
    effects: effects.counts,
    writer: writer.counts,
    tagged: tagged.counts,
  }
}

const NOTHING = { failure: undefined, counts: {} }

async function simulate(cases: number, seed: number): Promise<void> {
  const startedAt = performance.now()
  const done: BatchResult = { cases: 0, seed, failure: undefined, pure: {}, effects: {}, writer: {}, tagged: {} }
  stdout.write(`${cases} random executions with the seed ${seed}\n`)
  const perSecond = (): number => Math.round((done.cases * 1000) / (performance.now() - startedAt))
  const progress = setInterval(
    () => stdout.write(`  ${done.cases} of ${cases}, ${perSecond()} per second\n`),
    PROGRESS_INTERVAL_MS,
  )
  await runBatches(cases, seed, (result) => {
    done.cases += result.cases
    add(done.pure, result.pure)
    add(done.effects, result.effects)
    add(done.writer, result.writer)
    add(done.tagged, result.tagged)
    if (result.failure === undefined || done.failure !== undefined) return
    done.failure = `${result.failure}\n\nto repeat this batch: pnpm simulate --cases ${result.cases} --seed ${result.seed}`
  })
  clearInterval(progress)
  printCounts('Without effects', done.pure)
  printCounts('With effects', done.effects)
  printCounts('Journal writer', done.writer)
  printCounts('Loops', done.tagged)
  stdout.write(`\n${done.cases} cases in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, ${perSecond()} per second\n`)
  const missing =
    cases < 10_000 ? [] : [done.pure, done.effects, done.writer, done.tagged].flatMap((counts) => findRareCases(counts, 1))
  if (missing.length > 0) stdout.write(`never occurred: ${missing.join(', ')}\n`)
  if (done.failure !== undefined) stdout.write(`\n${done.failure}\n`)
  if (done.failure !== undefined || missing.length > 0) process.exitCode = 1
}

/** Runs the batches on as many threads as there are cores. Starts no batch after a failure. */
async function runBatches(cases: number, seed: number, onResult: (result: BatchResult) => void): Promise<void> {
  let [next, hasFailed] = [0, false]
  const takeBatch = (): Batch | undefined => {
    const i = next++
    return hasFailed || i * BATCH >= cases ? undefined : { cases: Math.min(BATCH, cases - i * BATCH), seed: seed + i }
  }
  const runThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const thread = new Worker(new URL(import.meta.url))
      const runNext = (): void => {
        const batch = takeBatch()
        if (batch) thread.postMessage(batch)
        else void thread.terminate().then(() => resolve(), reject)
      }
      thread.on('error', reject)
      thread.on('message', (result: BatchResult) => {
        hasFailed ||= result.failure !== undefined
        onResult(result)
        runNext()
      })
      runNext()
    })
  await Promise.all(Array.from({ length: availableParallelism() }, runThread))
}

function add(sum: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
}

function printCounts(title: string, counts: Counts): void {
  const lines = Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(11)}  ${name}\n`)
  stdout.write(`\n${title}\n${lines.join('')}`)
}

if (isMainThread) {
  const { values } = parseArgs({ options: { cases: { type: 'string' }, seed: { type: 'string' } } })
  const [cases, seed] = [Number(values.cases ?? 1_000_000), Number(values.seed ?? Date.now() % 1_000_000_000)]
  if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed))
    throw new TypeError('--cases and --seed must be whole numbers, --cases at least 1')
  await simulate(cases, seed)
} else
  parentPort?.on('message', (batch: Batch) => {
    runBatch(batch).then(
      (result) => parentPort?.postMessage(result),
      (error: unknown) =>
        setImmediate(() => {
          throw error
        }),
    )
  })
