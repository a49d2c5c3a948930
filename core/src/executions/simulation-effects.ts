import { eventsToReplay, eventsToRetry } from './continue.ts'
import { fold } from './fold.ts'
import type { Plan } from './plan.ts'
import type { NodeExecution } from './pairing.ts'
import { mended, scripted, type Script } from './simulation-blocks.ts'
import { mix, type Case } from './simulation-cases.ts'
import { keyOf, runThroughCrashes, type CrashOptions, type Lives } from './simulation-crashes.ts'
import { afterCrash, claimOutputsTold, claimUncrashed, isRetryable, journalOf, stateOf } from './simulation-journal.ts'
import { claim, claimDelivered } from './simulation-model.ts'

/** The number of executions in which workers crash: the execution itself and its first retries. */
const CRASHING = 3

/**
 * Checks effects across crashes at any moment. The committed events form a valid journal. With the policy `fail`, no
 * effect starts twice, and an effect that may have started without a result ends EFFECT_INTERRUPTED. With the policy
 * `retry`, an effect starts at least once and always on the same inputs, so node, number and attempt identify it.
 *
 * @returns the lives of the execution and of its retries
 */
export function claimEffects(plan: Plan, { inputs, masks, seed }: Case): Lives[] {
  let drawn = 0
  const random = (): number => mix(seed, drawn++)
  let lives = runThroughCrashes(plan, scripted, { inputs, masks, random })
  const all = [lives]
  claimCommitted(plan, lives)
  claimOnce(plan, lives, all)
  claimReplayable(plan, lives, { inputs, masks, random })
  if (lives.interrupted.size === 0) claimUncrashed(plan, { inputs, masks }, lives)
  while (isRetryable(lives.end)) {
    // The first retry without a crash may report interrupted effects; the next one repeats them.
    claim(all.length <= CRASHING + 2, () => `after ${all.length} retries it ends with ${lives.end?.reason?.message}`)
    const events = eventsToRetry(plan, journalOf(lives.events))
    lives = runThroughCrashes(plan, mended, { inputs, masks, random, events, mayCrash: all.length < CRASHING })
    all.push(lives)
    claimCommitted(plan, lives)
    claimOnce(plan, lives, all)
  }
  return all
}

/**
 * A replay does not repeat an effect that had succeeded before its start, or that was active then and succeeded later.
 * It interrupts only runs that have no result in the old journal.
 */
function claimReplayable(plan: Plan, { events }: Lives, options: CrashOptions): void {
  const starts = events.flatMap((event, at) => (event.type === 'NodeStarted' ? [{ ...event, at }] : []))
  const start = starts[options.random() % starts.length]
  if (!start) return
  const kept = eventsToReplay(plan, journalOf(events), start)
  const replayed = runThroughCrashes(plan, scripted, { ...options, events: afterCrash(kept), mayCrash: false })
  claimCommitted(plan, replayed)
  const own = replayed.scheduler.nodeExecution(start.node, start.n)
  const isRun = replayed.effects.has(`${start.node}.${start.n}.1`) || own?.status !== 'COMPLETED'
  claim(isRun || (own && !acts(own)) === true, () => `${start.node}.${start.n} was replayed but did not run`)
  claim(own?.error?.code !== 'EFFECT_INTERRUPTED', () => `${start.node}.${start.n} was replayed and interrupted`)
  const first = starts.find(({ node, n }) => node === start.node && n === start.n)
  const succeeded = new Set(events.flatMap((event) => (event.type === 'NodeFinished' && !event.error ? [nameOf(event)] : [])))
  for (const begun of starts) {
    const name = nameOf(begun)
    const isBefore = first !== undefined && begun.at < first.at
    claim(
      !isBefore || !succeeded.has(name) || !replayed.effects.has(name),
      () => `${name} had succeeded, and the replay repeated it`,
    )
  }
  const ends = new Set(events.flatMap((event) => (event.type === 'NodeFinished' ? [nameOf(event)] : [])))
  for (const event of replayed.events.slice(kept.length)) {
    const isCutOff = event.type === 'NodeFinished' && event.error?.code === 'EFFECT_INTERRUPTED'
    claim(!isCutOff || !ends.has(nameOf(event)), () => `${JSON.stringify(event)} although the old journal contains its result`)
  }
}

function nameOf({ node, n, attempt }: { node: string; n: number; attempt: number }): string {
  return `${node}.${n}.${attempt}`
}

function claimCommitted(plan: Plan, { events, scheduler, end }: Lives): void {
  const ends = events.flatMap(({ type }, i) => (type === 'ExecutionFinished' ? [i] : []))
  claim(ends.length === 1 && ends[0] === events.length - 1, () => `the journal has its end at ${ends.join()} of ${events.length}`)
  claim(scheduler.status === end?.status, () => `the end is ${end?.status}, but the status is ${scheduler.status}`)
  claim(
    stateOf(fold(plan, events).scheduler) === stateOf(scheduler),
    () => 'folding the journal gives a different state than the worker had',
  )
  claimDelivered(plan, events, scheduler)
  claimOutputsTold(events, scheduler)
}

/** @param all includes the executions that this one retried */
function claimOnce(plan: Plan, { scheduler, interrupted }: Lives, all: readonly Lives[]): void {
  for (const key of new Set(all.flatMap(({ effects }) => [...effects.keys()]))) {
    const times = all.flatMap(({ effects }) => effects.get(key) ?? [])
    const { block } = plan.byId.get(key.slice(0, key.indexOf('.'))) ?? {}
    claim(block?.onCrash === 'retry' || times.length === 1, () => `${key} started ${times.length} times`)
    claim(new Set(times).size === 1, () => `${key} started on different inputs: ${times.join(' and ')}`)
  }
  for (const run of scheduler.nodeExecutions()) {
    const key = keyOf(run)
    const hasBegun = all.some(({ effects }) => effects.has(key))
    const isCutOff = run.error?.code === 'EFFECT_INTERRUPTED'
    claim(!isCutOff || mayBeCutOff(run), () => `${key} may be repeated but was not`)
    claim(run.status !== 'COMPLETED' || !acts(run) || hasBegun, () => `${key} completed but never started its effect`)
    const isTold = isCutOff || (run.status === 'CANCELLED' && scheduler.status !== 'COMPLETED')
    claim(!interrupted.has(key) || isTold, () => `${key} was interrupted and is ${run.status} ${run.error?.code}`)
  }
}

function acts({ node }: NodeExecution): boolean {
  return node.block.effectful && (node.constants.script as Script).acts !== undefined
}

/** A retryable block is repeated instead while its node has attempts left. */
function mayBeCutOff({ node, attempt }: NodeExecution): boolean {
  const { onCrash } = node.block
  return onCrash === 'fail' || (onCrash === 'retryable' && attempt >= (node.retry?.attempts ?? 1))
}
