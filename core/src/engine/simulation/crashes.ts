import type { ExecutionEvent } from '../events.ts'
import type { FakeBlock } from './fake-blocks.ts'
import { fold } from '../fold.ts'
import type { NodeExecution } from '../pairing.ts'
import type { Plan } from '../plan.ts'
import type { InputMasks, Scheduler } from '../scheduler.ts'
import { afterCrash } from './journal.ts'
import { FencedJournal } from './fences.ts'
import { claim } from './model.ts'
import { Simulator, type Simulation, type SimulationOptions } from './worker.ts'

export interface CrashOptions {
  inputs?: Record<string, unknown>
  masks?: InputMasks
  /** The journal that is committed already. */
  events?: ExecutionEvent[]
  /** The next of a sequence of whole numbers that decides everything: what goes on, what is committed, when the worker ends. */
  random: () => number
  /** @default true */
  mayCrash?: boolean
}

/** An execution over the lives of several workers. */
export interface Lives {
  events: ExecutionEvent[]
  scheduler: Scheduler
  end: Simulation['end']
  /** What began outside, by `node.n.attempt`: the inputs, each time. */
  effects: Map<string, string[]>
  /** Runs with a committed start and no committed result at some crash, whose effect may not be repeated. */
  interrupted: Set<string>
  crashes: number
  /** Events that were lost in crashes. */
  lost: number
  /** Crashes at which something slept. */
  asleep: number
  /** Effects that began after another claim had taken over. */
  late: number
  /** Events that claims without a lease tried to commit. */
  refused: number
}

const MOST_CRASHES = 5

/**
 * Group commit with crashes. Events are committed in order, so many at a time as chance has it; a crash loses those that
 * were not. The next worker begins with what was committed, while the one before may not have noticed that it was taken
 * over: it goes on, and tries to commit, but commits nothing any more; it still begins what the effect barrier had let through.
 * The owner may cancel, which goes by what is committed, whatever the worker is doing.
 */
export function runThroughCrashes(plan: Plan, fakes: Record<string, FakeBlock>, options: CrashOptions): Lives {
  const { random, mayCrash = true, events: begin = [], ...rest } = options
  const { scheduler } = fold(plan, begin)
  const lives: Lives = { ...NO_LIVES, events: begin, scheduler, effects: new Map(), interrupted: new Set() }
  const onEffect: SimulationOptions['onEffect'] = (run, inputs) => {
    const key = keyOf(run)
    lives.effects.set(key, [...(lives.effects.get(key) ?? []), JSON.stringify(inputs)])
  }
  const journal = new FencedJournal()
  for (;;) {
    const worker = new Simulator(plan, fakes, { ...rest, events: afterCrash(lives.events), hasGroupCommit: true, onEffect })
    journal.take(worker)
    const goOnStale = (): void => void (lives.late += countLate(lives, () => journal.goOnStale(random)))
    const mayEnd = mayCrash && lives.crashes < MOST_CRASHES
    const outcome = live(worker, random, mayEnd, () => journal.hasStale && random() % 4 === 0 && goOnStale())
    lives.refused = journal.refused
    lives.events = worker.events.slice(0, worker.committed)
    if (outcome === 'ended') return Object.assign(lives, { scheduler: worker.scheduler, end: worker.end })
    lives.lost += worker.events.length - worker.committed
    if (outcome === 'cancelled') cancelCommitted(plan, lives)
    else takeNote(plan, lives)
    if (random() % 2 === 0) lives.late += countLate(lives, () => worker.beginCommittedEffects())
    if (outcome === 'cancelled') return lives
  }
}

function takeNote(plan: Plan, lives: Lives): void {
  const { interrupted, pending } = fold(plan, lives.events)
  lives.crashes++
  if (pending.some(({ type }) => type === 'wait')) lives.asleep++
  for (const run of interrupted) lives.interrupted.add(keyOf(run))
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

export function keyOf({ node, n, attempt }: NodeExecution): string {
  return `${node.id}.${n}.${attempt}`
}

function live(worker: Simulator, random: () => number, mayCrash: boolean, beside: () => void): 'ended' | 'crashed' | 'cancelled' {
  while (!worker.end || worker.committed < worker.events.length) {
    if (mayCrash && random() % 12 === 0) return random() % 20 === 0 ? 'cancelled' : 'crashed'
    const choices = worker.choices()
    const tail = worker.events.length - worker.committed
    claim(choices > 0 || tail > 0, () => 'nothing can go on, nothing can be committed, and it has not ended')
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
