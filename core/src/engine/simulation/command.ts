import { availableParallelism } from 'node:os'
import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { rarelyMet, type Counts } from './counts.ts'
import { proveEffects, provePure, proveWriter } from './simulation.ts'

/*
 * `simulate --cases N --seed S`: proves the scheduler and the journal fold on so many random executions, on all cores. A
 * batch of 1000 has a seed of its own, S and up, so the batch that fails can be run alone. Exit status 1 when a case fails,
 * with the smallest one found, or when something that was to be tried never came.
 */

const BATCH = 1000
const TELL_EVERY_MS = 2000

interface Batch {
  cases: number
  seed: number
}

interface BatchResult extends Batch {
  failure: string | undefined
  pure: Counts
  effects: Counts
  writer: Counts
}

async function runBatch({ cases, seed }: Batch): Promise<BatchResult> {
  const writerCases = Math.ceil(cases * 0.02)
  const pureCases = Math.ceil(cases * 0.7)
  const pure = provePure({ cases: pureCases, seed })
  const result: BatchResult = { cases, seed, failure: pure.failure, pure: pure.counts, effects: {}, writer: {} }
  if (pure.failure !== undefined) return result
  const effects = proveEffects({ cases: Math.max(1, cases - pureCases - writerCases), seed })
  const writer = effects.failure === undefined ? await proveWriter({ cases: writerCases, seed }) : NOTHING
  return { ...result, failure: effects.failure ?? writer.failure, effects: effects.counts, writer: writer.counts }
}

const NOTHING = { failure: undefined, counts: {} }

async function simulate(cases: number, seed: number): Promise<void> {
  const begun = performance.now()
  const done: BatchResult = { cases: 0, seed, failure: undefined, pure: {}, effects: {}, writer: {} }
  stdout.write(`${cases} random executions, seed ${seed}\n`)
  const perSecond = (): number => Math.round((done.cases * 1000) / (performance.now() - begun))
  const telling = setInterval(() => stdout.write(`  ${done.cases} of ${cases}, ${perSecond()} a second\n`), TELL_EVERY_MS)
  await runBatches(cases, seed, (result) => {
    done.cases += result.cases
    add(done.pure, result.pure)
    add(done.effects, result.effects)
    add(done.writer, result.writer)
    if (result.failure === undefined || done.failure !== undefined) return
    done.failure = `${result.failure}\n\nagain: pnpm simulate --cases ${result.cases} --seed ${result.seed}`
  })
  clearInterval(telling)
  tell('Without effects', done.pure)
  tell('With effects', done.effects)
  tell('Of the journal writer', done.writer)
  stdout.write(`\n${done.cases} cases in ${((performance.now() - begun) / 1000).toFixed(1)} s, ${perSecond()} a second\n`)
  const missing = cases < 10_000 ? [] : [done.pure, done.effects, done.writer].flatMap((counts) => rarelyMet(counts, 1))
  if (missing.length > 0) stdout.write(`never met: ${missing.join(', ')}\n`)
  if (done.failure !== undefined) stdout.write(`\n${done.failure}\n`)
  if (done.failure !== undefined || missing.length > 0) process.exitCode = 1
}

/** Hands the batches to as many threads as there are cores; none more after a failure. */
async function runBatches(cases: number, seed: number, onResult: (result: BatchResult) => void): Promise<void> {
  let [next, hasFailed] = [0, false]
  const takeBatch = (): Batch | undefined => {
    const i = next++
    return hasFailed || i * BATCH >= cases ? undefined : { cases: Math.min(BATCH, cases - i * BATCH), seed: seed + i }
  }
  const runThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const thread = new Worker(new URL(import.meta.url))
      const goOn = (): void => {
        const batch = takeBatch()
        if (batch) thread.postMessage(batch)
        else void thread.terminate().then(() => resolve(), reject)
      }
      thread.on('error', reject)
      thread.on('message', (result: BatchResult) => {
        hasFailed ||= result.failure !== undefined
        onResult(result)
        goOn()
      })
      goOn()
    })
  await Promise.all(Array.from({ length: availableParallelism() }, runThread))
}

function add(sum: Counts, counts: Counts): void {
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
}

function tell(title: string, counts: Counts): void {
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
