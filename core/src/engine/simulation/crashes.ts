import type { ExecutionEvent } from '../events.ts'
import type { FakeBlock } from './fake-blocks.ts'
import { fold } from '../fold.ts'
import type { NodeExecution } from '../pairing/index.ts'
import type { Plan } from '../plan/index.ts'
import type { InputMasks } from '../node-inputs.ts'
import type { Scheduler } from '../scheduler.ts'
import { afterCrash } from './journal.ts'
import { FencedJournal } from './fences.ts'
import { assert } from './model.ts'
import { Simulator, type Simulation, type SimulationOptions } from './worker.ts'

export interface CrashOptions {
  inputs?: Record<string, unknown>
  masks?: InputMasks
  /** Events that are already committed. */
  events?: ExecutionEvent[]
  /**
   * Returns the next of a sequence of whole numbers, which determines all decisions: what continues, what is committed,
   * when a worker crashes.
   */
  random: () => number
  /** @default true */
  mayCrash?: boolean
}

/** An execution across the lives of several workers. */
export interface Lives {
  events: ExecutionEvent[]
  scheduler: Scheduler
  end: Simulation['end']
  /** The inputs of each started effect, by `node.n.attempt`. */
  effects: Map<string, string[]>
  /** Runs whose effect must not be repeated, with a committed start and no committed result at some crash. */
  interrupted: Set<string>
  crashes: number
  /** The number of events that were lost in crashes. */
  lost: number
  /** The number of crashes while a run slept. */
  asleep: number
  /** The number of effects that started after a newer lease was taken. */
  late: number
  /** The number of events that workers with a stale lease tried to commit. */
  refused: number
}

const MAX_CRASHES = 5

/**
 * Simulates group commit with crashes. Events are committed in order, a random number at a time; a crash loses the
 * uncommitted ones. The next worker starts with the committed events. The previous worker may not have noticed that it
 * lost its lease: it continues and tries to commit, but commits nothing, although it still starts the effects that the
 * effect barrier had already allowed. The owner may cancel the execution, which depends only on the committed events.
 */
export function runThroughCrashes(plan: Plan, fakes: Record<string, FakeBlock>, options: CrashOptions): Lives {
  const { random, mayCrash = true, events: begin = [], ...rest } = options
  const { scheduler } = fold(plan, begin)
  const lives: Lives = { ...NO_LIVES, events: begin, scheduler, effects: new Map(), interrupted: new Set() }
  const onEffect: SimulationOptions['onEffect'] = (run, inputs) => {
    const key = toRunKey(run)
    lives.effects.set(key, [...(lives.effects.get(key) ?? []), JSON.stringify(inputs)])
  }
  const journal = new FencedJournal()
  for (;;) {
    const worker = new Simulator(plan, fakes, { ...rest, events: afterCrash(lives.events), hasGroupCommit: true, onEffect })
    journal.take(worker)
    const stepStale = (): void => void (lives.late += countLate(lives, () => journal.stepStale(random)))
    const mayEnd = mayCrash && lives.crashes < MAX_CRASHES
    const outcome = runWorker(worker, random, mayEnd, () => journal.hasStale && random() % 4 === 0 && stepStale())
    lives.refused = journal.refused
    lives.events = worker.events.slice(0, worker.committed)
    if (outcome === 'ended') return Object.assign(lives, { scheduler: worker.scheduler, end: worker.end })
    lives.lost += worker.events.length - worker.committed
    if (outcome === 'cancelled') cancelCommitted(plan, lives)
    else recordCrash(plan, lives)
    if (random() % 2 === 0) lives.late += countLate(lives, () => worker.beginCommittedEffects())
    if (outcome === 'cancelled') return lives
  }
}

function recordCrash(plan: Plan, lives: Lives): void {
  const { interrupted, pending } = fold(plan, lives.events)
  lives.crashes++
  if (pending.some(({ type }) => type === 'wait')) lives.asleep++
  for (const run of interrupted) lives.interrupted.add(toRunKey(run))
}

function cancelCommitted(plan: Plan, lives: Lives): void {
  const { scheduler, pending } = fold(plan, lives.events)
  const ends = scheduler.step({ type: 'cancel', reason: { code: 'CANCELLED', message: 'enough' } })
  for (const decision of [...pending, ...ends]) {
    if (decision.type === 'graph-output') lives.events.push({ type: 'GraphOutput', name: decision.name, value: decision.value })
    if (decision.type !== 'end') continue
    const { type: _, ...facts } = decision
    lives.events.push({ type: 'ExecutionFinished', ...facts })
    lives.end = decision
  }
  lives.scheduler = scheduler
}

const NO_LIVES = { end: undefined, crashes: 0, lost: 0, asleep: 0, late: 0, refused: 0 }

export function toRunKey({ node, n, attempt }: NodeExecution): string {
  return `${node.id}.${n}.${attempt}`
}

function runWorker(
  worker: Simulator,
  random: () => number,
  mayCrash: boolean,
  beside: () => void,
): 'ended' | 'crashed' | 'cancelled' {
  while (!worker.end || worker.committed < worker.events.length) {
    if (mayCrash && random() % 12 === 0) return random() % 20 === 0 ? 'cancelled' : 'crashed'
    const choices = worker.choices()
    const tail = worker.events.length - worker.committed
    assert(choices > 0 || tail > 0, () => 'nothing can continue or be committed, but the execution has not ended')
    if (choices === 0 || (tail > 0 && random() % 3 === 0)) worker.commit(1 + (random() % tail))
    else worker.proceed(random() % choices)
    beside()
  }
  return 'ended'
}

function countLate({ effects }: Lives, work: () => void): number {
  const count = (): number => [...effects.values()].reduce((sum, { length }) => sum + length, 0)
  const before = count()
  work()
  return count() - before
}
