import { eventsToReplay, eventsToRetry } from '../continue.ts'
import type { ExecutionEvent } from '../events.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan.ts'
import type { Scheduler } from '../scheduler.ts'
import { mended, scripted } from './blocks.ts'
import { mix, type Case } from './cases.ts'
import {
  afterCrash,
  claimNoneAgain,
  claimOutputsTold,
  claimUncrashed,
  isRetryable,
  journalOf,
  stateOf,
  traceOf,
} from './journal.ts'
import { claim, claimDelivered } from './model.ts'
import { simulate, type Simulation, type SimulationOptions } from './worker.ts'

/** An execution of a case, from its start to its end without a crash. */
export interface Whole {
  case: Case
  plan: Plan
  options: SimulationOptions
  simulation: Simulation
}

/** Which of so many things goes on: always the first, always the last, or any; the same whenever as much has been heard. */
export function orderOf(seed: number): (choices: number, heard: number) => number {
  if (seed % 8 === 0) return () => 0
  if (seed % 8 === 1) return (choices) => choices - 1
  return (choices, heard) => mix(seed, heard) % choices
}

/** Folding is repeatable, gives the state of the worker that wrote the journal, and works for every part of it. */
export function claimFolds({ plan, simulation: { events, scheduler }, case: { crashes } }: Whole): void {
  const state = stateOf(scheduler)
  for (const copy of [events, afterCrash(events)])
    claim(stateOf(fold(plan, copy).scheduler) === state, () => 'the journal folds to another state than the worker had')
  const part = events.slice(0, cutOf(crashes[0], events.length))
  const folded = fold(plan, part).scheduler
  claim(stateOf(folded) === stateOf(fold(plan, part).scheduler), () => 'two folds differ')
  claimLateIgnored(folded)
}

/** Rule 18: what comes of a run that is not running, or is not to be repeated, changes nothing. */
function claimLateIgnored(scheduler: Scheduler): void {
  const state = stateOf(scheduler)
  for (const { node, n, status, slept } of scheduler.nodeExecutions()) {
    if (status === 'RUNNING' || status === 'WAITING' || (status === 'QUEUED' && slept > 0)) continue
    const at = { node: node.id, n }
    scheduler.step({ type: 'wait', ...at, sleep: slept + 1, until: 0 })
    scheduler.step({ type: 'resume', ...at })
    scheduler.step({ type: 'output', ...at, pin: 'out', value: 'late' })
    scheduler.step({ type: 'finish', ...at })
    if (status !== 'QUEUED') scheduler.step({ type: 'retry', ...at })
  }
  claim(stateOf(scheduler) === state, () => 'a late result was taken')
}

/**
 * Killed after any event, several times over, and resumed: everything the scheduler hears is the same as without, in the
 * same order, and so are the end and every node execution, as long as what is in hand goes on in the same order. Some
 * executions are killed once after each of their events.
 *
 * @returns how many runs were in hand at each crash, and at how many something slept
 */
export function claimSurvives(whole: Whole): { crashes: number[]; asleep: number } {
  const { simulation, case: given } = whole
  const [trace, state] = [traceOf(simulation.events), stateOf(simulation.scheduler)]
  const inHand: number[] = []
  let asleep = 0
  const crash = (from: Simulation, survived: number): Simulation => {
    const events = afterCrash(from.events.slice(0, survived))
    const { pending } = fold(whole.plan, events)
    inHand.push(pending.filter(({ type }) => type === 'run').length)
    if (pending.some(({ type }) => type === 'wait')) asleep++
    const resumed = simulate(whole.plan, scripted, { ...whole.options, events })
    claim(traceOf(resumed.events) === trace, () => `after a crash at event ${survived} something else happened`)
    claim(stateOf(resumed.scheduler) === state, () => `after a crash at event ${survived} it ended otherwise`)
    const [end, expected] = [JSON.stringify(resumed.end), JSON.stringify(simulation.end)]
    claim(end === expected, () => `after a crash at event ${survived} the end is ${end}`)
    claimOutputsTold(resumed.events, resumed.scheduler)
    return resumed
  }
  let [resumed, survived] = [simulation, 0]
  for (const share of given.crashes) {
    survived += cutOf(share, resumed.events.length - survived)
    resumed = crash(resumed, survived)
  }
  if (given.seed % 64 === 0) for (let i = 0; i < simulation.events.length; i++) crash(simulation, i)
  return { crashes: inHand, asleep }
}

/**
 * A worker that takes over may let what is in hand go on in another order, and with that come to another end, since pins
 * pair in order of arrival. What holds whatever the order: the whole could have happened just so without any crash.
 */
export function claimPossible({ plan, options, simulation, case: { crashes, seed } }: Whole): void {
  const survived = cutOf(crashes[0], simulation.events.length)
  const events = afterCrash(simulation.events.slice(0, survived))
  const resumed = simulate(plan, scripted, { ...options, events, choose: (choices, heard) => mix(seed + 1, heard) % choices })
  claimUncrashed(plan, options, resumed)
}

/** Replayed from a node execution on, on the same inputs, it ends the same; on others, that one runs on them. */
export function claimReplays({ plan, options, simulation, case: { seed } }: Whole): void {
  const starts = simulation.events.filter(({ type }) => type === 'NodeStarted')
  const start = starts[seed % starts.length]
  if (start?.type !== 'NodeStarted') return
  const { node, n } = start
  const journal = journalOf(simulation.events)
  const replayed = simulate(plan, scripted, { ...options, events: eventsToReplay(plan, journal, { node, n }) })
  claim(traceOf(replayed.events) === traceOf(simulation.events), () => `replayed from ${node}.${n} something else happened`)
  claim(stateOf(replayed.scheduler) === stateOf(simulation.scheduler), () => `replayed from ${node}.${n} it ended otherwise`)
  const inputs = { script: { emissions: [] }, changed: seed }
  const kept = eventsToReplay(plan, journal, { node, n, inputs })
  const changed = simulate(plan, scripted, { ...options, events: kept })
  const own = changed.runs.find(([run]) => run === `${node}.${n}`)
  claim(own?.[1].changed === seed, () => `${node}.${n} ran on ${JSON.stringify(own)}`)
  claimNoneAgain(plan, kept, changed)
}

/** Retried after everything was mended, a failed or cancelled execution completes, and what had completed is not run again. */
export function claimRetries({ plan, options, simulation, case: { seed, crashes } }: Whole): boolean {
  if (!isRetryable(simulation.end)) return false
  const { cancelAfter: _, ...again } = options
  let failed = simulation
  if (seed % 2 === 0) {
    failed = simulate(plan, scripted, { ...again, events: afterCrash(eventsToRetry(plan, journalOf(failed.events))) })
    claimNoneAgain(plan, simulation.events, failed)
    if (!isRetryable(failed.end)) return true
  }
  const events = eventsToRetry(plan, journalOf(failed.events))
  claimRepeated(plan, failed, events)
  const retried = simulate(plan, mended, { ...again, events })
  claimNoneAgain(plan, failed.events, retried)
  const { status, reason } = retried.end ?? {}
  const isDone = status === 'COMPLETED' || reason?.code === 'BUDGET_EXCEEDED' || reason?.code === 'BLOCK_INPUT_INVALID'
  claim(isDone, () => `mended and retried it ended ${status}: ${reason?.message}`)
  claimDelivered(plan, retried.events, retried.scheduler)
  claimOutputsTold(retried.events, retried.scheduler)
  const survived = events.length + cutOf(crashes[0], retried.events.length - events.length)
  const resumed = simulate(plan, mended, { ...again, events: afterCrash(retried.events.slice(0, survived)) })
  claim(stateOf(resumed.scheduler) === stateOf(retried.scheduler), () => 'retried and crashed it ended otherwise')
  return true
}

/** What nothing handled is repeated at once: it is not left to a backoff. */
function claimRepeated(plan: Plan, { scheduler }: Simulation, events: readonly ExecutionEvent[]): void {
  const begun = fold(plan, events).scheduler
  for (const { node, n, status, attempt } of scheduler.nodeExecutions()) {
    if (status !== 'FAILED' || node.links.has('error')) continue
    const again = begun.nodeExecution(node.id, n)
    const isRepeated = again?.attempt === attempt + 1 && (again.status === 'RUNNING' || again.status === 'QUEUED')
    claim(isRepeated, () => `${node.id}.${n} failed and is ${again?.status} at attempt ${again?.attempt} of the retry`)
  }
}

/** @param crash in thousandths */
function cutOf(crash: number | undefined, length: number): number {
  return Math.floor(((crash ?? 0) / 1000) * length)
}
