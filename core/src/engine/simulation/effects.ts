import { eventsToReplay, eventsToRetry } from '../continue.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan/index.ts'
import type { NodeExecution } from '../pairing/index.ts'
import { repaired, scripted, type Script } from './blocks.ts'
import { mix, type Case } from './cases.ts'
import { toRunKey, runThroughCrashes, type CrashOptions, type Lives } from './crashes.ts'
import { afterCrash, assertOutputsRecorded, assertUncrashed, isRetryable, toJournal, toState } from './journal.ts'
import { assert, assertDelivered } from './model.ts'

/** The number of executions in which workers crash: the execution itself and its first retries. */
const MAX_CRASHING = 3

/**
 * Checks effects across crashes at any moment. The committed events form a valid journal. With the policy `fail`, no
 * effect starts twice, and an effect that may have started without a result ends EFFECT_INTERRUPTED. With the policy
 * `retry`, an effect starts at least once and always on the same inputs, so node, number and attempt identify it.
 *
 * @returns the lives of the execution and of its retries
 */
export function assertEffects(plan: Plan, { inputs, masks, seed }: Case): Lives[] {
  let drawn = 0
  const random = (): number => mix(seed, drawn++)
  let lives = runThroughCrashes(plan, scripted, { inputs, masks, random })
  const all = [lives]
  assertCommitted(plan, lives)
  assertOnce(plan, lives, all)
  assertReplayable(plan, lives, { inputs, masks, random })
  if (lives.interrupted.size === 0) assertUncrashed(plan, { inputs, masks }, lives)
  while (isRetryable(lives.end)) {
    // The first retry without a crash may report interrupted effects; the next one repeats them.
    assert(all.length <= MAX_CRASHING + 2, () => `after ${all.length} retries it ends with ${lives.end?.reason?.message}`)
    const events = eventsToRetry(plan, toJournal(lives.events))
    lives = runThroughCrashes(plan, repaired, { inputs, masks, random, events, mayCrash: all.length < MAX_CRASHING })
    all.push(lives)
    assertCommitted(plan, lives)
    assertOnce(plan, lives, all)
  }
  return all
}

/**
 * A replay does not repeat an effect that had succeeded before its start, or that was active then and succeeded later.
 * It interrupts only runs that have no result in the old journal.
 */
function assertReplayable(plan: Plan, { events }: Lives, options: CrashOptions): void {
  const starts = events.flatMap((event, at) => (event.type === 'NodeStarted' ? [{ ...event, at }] : []))
  const start = starts[options.random() % starts.length]
  if (!start) return
  const kept = eventsToReplay(plan, toJournal(events), start)
  const replayed = runThroughCrashes(plan, scripted, { ...options, events: afterCrash(kept), mayCrash: false })
  assertCommitted(plan, replayed)
  const own = replayed.scheduler.nodeExecution(start.node, start.n)
  const isRun = replayed.effects.has(`${start.node}.${start.n}.1`) || own?.status !== 'COMPLETED'
  assert(isRun || (own && !acts(own)) === true, () => `${start.node}.${start.n} was replayed but did not run`)
  assert(own?.error?.code !== 'EFFECT_INTERRUPTED', () => `${start.node}.${start.n} was replayed and interrupted`)
  const first = starts.find(({ node, n }) => node === start.node && n === start.n)
  const succeeded = new Set(
    events.flatMap((event) => (event.type === 'NodeFinished' && !event.error ? [toAttemptKey(event)] : [])),
  )
  for (const each of starts) {
    const name = toAttemptKey(each)
    const isBefore = first !== undefined && each.at < first.at
    assert(
      !isBefore || !succeeded.has(name) || !replayed.effects.has(name),
      () => `${name} had succeeded, and the replay repeated it`,
    )
  }
  const ends = new Set(events.flatMap((event) => (event.type === 'NodeFinished' ? [toAttemptKey(event)] : [])))
  for (const event of replayed.events.slice(kept.length)) {
    const isInterrupted = event.type === 'NodeFinished' && event.error?.code === 'EFFECT_INTERRUPTED'
    assert(
      !isInterrupted || !ends.has(toAttemptKey(event)),
      () => `${JSON.stringify(event)} although the old journal contains its result`,
    )
  }
}

function toAttemptKey({ node, n, attempt }: { node: string; n: number; attempt: number }): string {
  return `${node}.${n}.${attempt}`
}

function assertCommitted(plan: Plan, { events, scheduler, end }: Lives): void {
  const ends = events.flatMap(({ type }, i) => (type === 'ExecutionFinished' ? [i] : []))
  assert(
    ends.length === 1 && ends[0] === events.length - 1,
    () => `the journal has its end at ${ends.join()} of ${events.length}`,
  )
  assert(scheduler.status === end?.status, () => `the end is ${end?.status}, but the status is ${scheduler.status}`)
  assert(
    toState(fold(plan, events).scheduler) === toState(scheduler),
    () => 'folding the journal gives a different state than the worker had',
  )
  assertDelivered(plan, events, scheduler)
  assertOutputsRecorded(events, scheduler)
}

/** @param all includes the executions that this one retried */
function assertOnce(plan: Plan, { scheduler, interrupted }: Lives, all: readonly Lives[]): void {
  for (const key of new Set(all.flatMap(({ effects }) => [...effects.keys()]))) {
    const times = all.flatMap(({ effects }) => effects.get(key) ?? [])
    const { block } = plan.byId.get(key.slice(0, key.indexOf('.'))) ?? {}
    assert(block?.onCrash === 'retry' || times.length === 1, () => `${key} started ${times.length} times`)
    assert(new Set(times).size === 1, () => `${key} started on different inputs: ${times.join(' and ')}`)
  }
  for (const run of scheduler.nodeExecutions()) {
    const key = toRunKey(run)
    const hasBegun = all.some(({ effects }) => effects.has(key))
    const isInterrupted = run.error?.code === 'EFFECT_INTERRUPTED'
    assert(!isInterrupted || mayBeInterrupted(run), () => `${key} may be repeated but was not`)
    assert(run.status !== 'COMPLETED' || !acts(run) || hasBegun, () => `${key} completed but never started its effect`)
    const isReported = isInterrupted || (run.status === 'CANCELLED' && scheduler.status !== 'COMPLETED')
    assert(!interrupted.has(key) || isReported, () => `${key} was interrupted and is ${run.status} ${run.error?.code}`)
  }
}

function acts({ node }: NodeExecution): boolean {
  return node.block.effectful && (node.constants.script as Script).acts !== undefined
}

/** A retryable block is repeated instead while its node has attempts left. */
function mayBeInterrupted({ node, attempt }: NodeExecution): boolean {
  const { onCrash } = node.block
  return onCrash === 'fail' || (onCrash === 'retryable' && attempt >= (node.retry?.attempts ?? 1))
}
