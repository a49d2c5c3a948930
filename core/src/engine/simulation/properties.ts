import { eventsToReplay, eventsToRetry } from '../continue.ts'
import type { ExecutionEvent } from '../events.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan/index.ts'
import type { Scheduler } from '../scheduler.ts'
import { repaired, scripted } from './blocks.ts'
import { mix, type Case } from './cases.ts'
import {
  afterCrash,
  assertNoneRepeated,
  assertOutputsRecorded,
  assertUncrashed,
  isRetryable,
  toJournal,
  toState,
  toTrace,
} from './journal.ts'
import { assert, assertDelivered } from './model.ts'
import { simulate, type Simulation, type SimulationOptions } from './worker.ts'

/** An execution of a case from start to end without a crash. */
export interface UncrashedRun {
  case: Case
  plan: Plan
  options: SimulationOptions
  simulation: Simulation
}

/**
 * Always chooses the first, always the last, or a random step. The choice depends only on the number of scheduler
 * inputs.
 */
export function orderBySeed(seed: number): (choices: number, inputCount: number) => number {
  if (seed % 8 === 0) return () => 0
  if (seed % 8 === 1) return (choices) => choices - 1
  return (choices, inputCount) => mix(seed, inputCount) % choices
}

/** Folding is repeatable, restores the state of the worker that wrote the journal, and works for every prefix of it. */
export function assertFolds({ plan, simulation: { events, scheduler }, case: { crashes } }: UncrashedRun): void {
  const state = toState(scheduler)
  for (const copy of [events, afterCrash(events)])
    assert(toState(fold(plan, copy).scheduler) === state, () => 'folding the journal gives a different state than the worker had')
  const part = events.slice(0, cutAt(crashes[0], events.length))
  const folded = fold(plan, part).scheduler
  assert(toState(folded) === toState(fold(plan, part).scheduler), () => 'folding twice gives different states')
  assertLateIgnored(folded)
}

/** Rule 18: results of a run that has not begun, and retries of a run that is not to be repeated, change nothing. */
function assertLateIgnored(scheduler: Scheduler): void {
  const state = toState(scheduler)
  for (const { node, n, status } of scheduler.nodeExecutions()) {
    if (status === 'RUNNING' || status === 'WAITING' || status === 'QUEUED') continue
    const at = { node: node.id, n }
    scheduler.step({ type: 'wait', ...at, sleep: 1, until: 0 })
    scheduler.step({ type: 'resume', ...at })
    scheduler.step({ type: 'output', ...at, pin: 'out', value: 'late' })
    scheduler.step({ type: 'finish', ...at })
    scheduler.step({ type: 'retry', ...at })
  }
  assert(toState(scheduler) === state, () => 'a late result changed the state')
}

/**
 * After crashes at any events, the scheduler receives the same inputs in the same order as without crashes, and the end
 * and every node execution are the same, provided that active runs continue in the same order. Some executions crash
 * once after each of their events.
 *
 * @returns the number of active runs at each crash, and the number of crashes while a run slept
 */
export function assertSurvives(whole: UncrashedRun): { crashes: number[]; asleep: number } {
  const { simulation, case: given } = whole
  const [trace, state] = [toTrace(simulation.events), toState(simulation.scheduler)]
  const activeRuns: number[] = []
  let asleep = 0
  const crash = (from: Simulation, survived: number): Simulation => {
    const events = afterCrash(from.events.slice(0, survived))
    const { pending } = fold(whole.plan, events)
    activeRuns.push(pending.filter(({ type }) => type === 'run').length)
    if (pending.some(({ type }) => type === 'wait')) asleep++
    const resumed = simulate(whole.plan, scripted, { ...whole.options, events })
    assert(toTrace(resumed.events) === trace, () => `after a crash at event ${survived}, the events differ`)
    assert(toState(resumed.scheduler) === state, () => `after a crash at event ${survived}, the final state differs`)
    const [end, expected] = [JSON.stringify(resumed.end), JSON.stringify(simulation.end)]
    assert(end === expected, () => `after a crash at event ${survived}, the end is ${end}`)
    assertOutputsRecorded(resumed.events, resumed.scheduler)
    return resumed
  }
  let [resumed, survived] = [simulation, 0]
  for (const share of given.crashes) {
    survived += cutAt(share, resumed.events.length - survived)
    resumed = crash(resumed, survived)
  }
  if (given.seed % 64 === 0) for (let i = 0; i < simulation.events.length; i++) crash(simulation, i)
  return { crashes: activeRuns, asleep }
}

/**
 * The next worker may continue active runs in a different order and therefore reach a different end, because pins pair
 * values in order of arrival. Regardless of the order, the same events are possible without a crash.
 */
export function assertPossible({ plan, options, simulation, case: { crashes, seed } }: UncrashedRun): void {
  const survived = cutAt(crashes[0], simulation.events.length)
  const events = afterCrash(simulation.events.slice(0, survived))
  const resumed = simulate(plan, scripted, {
    ...options,
    events,
    choose: (choices, inputCount) => mix(seed + 1, inputCount) % choices,
  })
  assertUncrashed(plan, options, resumed)
}

/** A replay on the same inputs ends the same. A replay on other inputs runs its node execution on them. */
export function assertReplays({ plan, options, simulation, case: { seed } }: UncrashedRun): void {
  const starts = simulation.events.filter(({ type }) => type === 'NodeStarted')
  const start = starts[seed % starts.length]
  if (start?.type !== 'NodeStarted') return
  const { node, n } = start
  const journal = toJournal(simulation.events)
  const replayed = simulate(plan, scripted, { ...options, events: eventsToReplay(plan, journal, { node, n }) })
  assert(toTrace(replayed.events) === toTrace(simulation.events), () => `after a replay from ${node}.${n}, the events differ`)
  assert(
    toState(replayed.scheduler) === toState(simulation.scheduler),
    () => `after a replay from ${node}.${n}, the final state differs`,
  )
  const inputs = { script: { emissions: [] }, changed: seed }
  const kept = eventsToReplay(plan, journal, { node, n, inputs })
  const changed = simulate(plan, scripted, { ...options, events: kept })
  const own = changed.runs.find(([run]) => run === `${node}.${n}`)
  assert(own?.[1].changed === seed, () => `${node}.${n} ran on ${JSON.stringify(own)}`)
  assertNoneRepeated(plan, kept, changed)
}

/**
 * After a repair of all blocks, a retry of a failed or cancelled execution completes without repeating completed runs.
 */
export function assertRetries({ plan, options, simulation, case: { seed, crashes } }: UncrashedRun): boolean {
  if (!isRetryable(simulation.end)) return false
  const { cancelAfter: _, ...again } = options
  let failed = simulation
  if (seed % 2 === 0) {
    failed = simulate(plan, scripted, { ...again, events: afterCrash(eventsToRetry(plan, toJournal(failed.events))) })
    assertNoneRepeated(plan, simulation.events, failed)
    if (!isRetryable(failed.end)) return true
  }
  const events = eventsToRetry(plan, toJournal(failed.events))
  assertRepeated(plan, failed, events)
  const retried = simulate(plan, repaired, { ...again, events })
  assertNoneRepeated(plan, failed.events, retried)
  const { status, reason } = retried.end ?? {}
  const isDone = status === 'COMPLETED' || reason?.code === 'BUDGET_EXCEEDED' || reason?.code === 'BLOCK_INPUT_INVALID'
  assert(isDone, () => `after the repair and a retry, it ended ${status}: ${reason?.message}`)
  assertDelivered(plan, retried.events, retried.scheduler)
  assertOutputsRecorded(retried.events, retried.scheduler)
  const survived = events.length + cutAt(crashes[0], retried.events.length - events.length)
  const resumed = simulate(plan, repaired, { ...again, events: afterCrash(retried.events.slice(0, survived)) })
  assert(toState(resumed.scheduler) === toState(retried.scheduler), () => 'after a retry and a crash, the final state differs')
  return true
}

/** Unhandled failures are repeated immediately, without a backoff. */
function assertRepeated(plan: Plan, { scheduler }: Simulation, events: readonly ExecutionEvent[]): void {
  const retried = fold(plan, events).scheduler
  for (const { node, n, status, attempt } of scheduler.nodeExecutions()) {
    if (status !== 'FAILED' || node.links.has('error')) continue
    const again = retried.nodeExecution(node.id, n)
    const isRepeated = again?.attempt === attempt + 1 && (again.status === 'RUNNING' || again.status === 'QUEUED')
    assert(isRepeated, () => `${node.id}.${n} failed, but is ${again?.status} at attempt ${again?.attempt} of the retry`)
  }
}

/** @param crash in thousandths */
function cutAt(crash: number | undefined, length: number): number {
  return Math.floor(((crash ?? 0) / 1000) * length)
}
