import { eventsToReplay, eventsToRetry } from '../continue.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan.ts'
import type { NodeExecution } from '../pairing.ts'
import { mended, scripted, type Script } from './blocks.ts'
import { mix, type Case } from './cases.ts'
import { keyOf, runThroughCrashes, type CrashOptions, type Lives } from './crashes.ts'
import { afterCrash, claimOutputsTold, claimUncrashed, isRetryable, journalOf, stateOf } from './journal.ts'
import { claim, claimDelivered } from './model.ts'

/** Lives in which workers crash: of the execution itself, and of its first retries. */
const CRASHING = 3

/**
 * Effects over crashes at any moment: what is committed at the end is a journal like any other; under `fail` nothing that
 * can be seen outside begins twice, and what may have begun without a result ends EFFECT_INTERRUPTED; under `retry` it
 * begins at least once, always on the same inputs, so that it may be told apart by node, number and attempt.
 *
 * @returns the lives of the execution, and of those that retried it
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
    // The first without a crash may end telling of effects that were cut off; the next repeats them.
    claim(all.length <= CRASHING + 2, () => `retried ${all.length} times it ends ${lives.end?.reason?.message}`)
    const events = eventsToRetry(plan, journalOf(lives.events))
    lives = runThroughCrashes(plan, mended, { inputs, masks, random, events, mayCrash: all.length < CRASHING })
    all.push(lives)
    claimCommitted(plan, lives)
    claimOnce(plan, lives, all)
  }
  return all
}

/**
 * A replay repeats no effect that had succeeded before its start or was in hand then and succeeded; nothing of it is cut off
 * but what the old journal has no result of.
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
  claim(isRun || (own && !acts(own)) === true, () => `${start.node}.${start.n} was replayed and not run`)
  claim(own?.error?.code !== 'EFFECT_INTERRUPTED', () => `${start.node}.${start.n} was replayed and cut off`)
  const first = starts.find(({ node, n }) => node === start.node && n === start.n)
  const succeeded = new Set(events.flatMap((event) => (event.type === 'NodeFinished' && !event.error ? [nameOf(event)] : [])))
  for (const begun of starts) {
    const name = nameOf(begun)
    const isBefore = first !== undefined && begun.at < first.at
    claim(!isBefore || !succeeded.has(name) || !replayed.effects.has(name), () => `${name} was done, and the replay did it again`)
  }
  const ends = new Set(events.flatMap((event) => (event.type === 'NodeFinished' ? [nameOf(event)] : [])))
  for (const event of replayed.events.slice(kept.length)) {
    const isCutOff = event.type === 'NodeFinished' && event.error?.code === 'EFFECT_INTERRUPTED'
    claim(!isCutOff || !ends.has(nameOf(event)), () => `${JSON.stringify(event)} though the old journal has its result`)
  }
}

function nameOf({ node, n, attempt }: { node: string; n: number; attempt: number }): string {
  return `${node}.${n}.${attempt}`
}

function claimCommitted(plan: Plan, { events, scheduler, end }: Lives): void {
  const ends = events.flatMap(({ type }, i) => (type === 'ExecutionFinished' ? [i] : []))
  claim(
    ends.length === 1 && ends[0] === events.length - 1,
    () => `the journal tells the end at ${ends.join()} of ${events.length}`,
  )
  claim(scheduler.status === end?.status, () => `it ended ${end?.status} and is ${scheduler.status}`)
  claim(
    stateOf(fold(plan, events).scheduler) === stateOf(scheduler),
    () => 'the journal folds to another state than the worker had',
  )
  claimDelivered(plan, events, scheduler)
  claimOutputsTold(events, scheduler)
}

/** @param all with the executions that were retried by this one */
function claimOnce(plan: Plan, { scheduler, interrupted }: Lives, all: readonly Lives[]): void {
  for (const key of new Set(all.flatMap(({ effects }) => [...effects.keys()]))) {
    const times = all.flatMap(({ effects }) => effects.get(key) ?? [])
    const { block } = plan.byId.get(key.slice(0, key.indexOf('.'))) ?? {}
    claim(block?.onCrash === 'retry' || times.length === 1, () => `${key} began ${times.length} times outside`)
    claim(new Set(times).size === 1, () => `${key} began on different inputs: ${times.join(' and ')}`)
  }
  for (const run of scheduler.nodeExecutions()) {
    const key = keyOf(run)
    const hasBegun = all.some(({ effects }) => effects.has(key))
    const isCutOff = run.error?.code === 'EFFECT_INTERRUPTED'
    claim(!isCutOff || mayBeCutOff(run), () => `${key} may be repeated and was not`)
    claim(run.status !== 'COMPLETED' || !acts(run) || hasBegun, () => `${key} completed and never began outside`)
    const isTold = isCutOff || (run.status === 'CANCELLED' && scheduler.status !== 'COMPLETED')
    claim(!interrupted.has(key) || isTold, () => `${key} was cut off in the middle and is ${run.status} ${run.error?.code}`)
  }
}

function acts({ node }: NodeExecution): boolean {
  return node.block.effectful && (node.constants.script as Script).acts !== undefined
}

/** A block whose node has attempts left is repeated instead, where it says so. */
function mayBeCutOff({ node, attempt }: NodeExecution): boolean {
  const { onCrash } = node.block
  return onCrash === 'fail' || (onCrash === 'retryable' && attempt >= (node.retry?.attempts ?? 1))
}
