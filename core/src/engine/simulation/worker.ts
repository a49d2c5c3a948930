import type { ExecutionEvent } from '../events.ts'
import type { FakeBlock, FakeResult } from './fake-blocks.ts'
import { fold } from '../fold.ts'
import { effectInterrupted } from '../../runtime/driver/index.ts'
import { GatheredList, takeValue, type NodeExecution } from '../pairing/index.ts'
import type { Plan } from '../plan/index.ts'
import type { InputMasks } from '../node-inputs.ts'
import type { Decision, NodeError, SchedulerEvent } from '../decisions.ts'
import type { Scheduler } from '../scheduler.ts'

export interface Simulation {
  scheduler: Scheduler
  events: ExecutionEvent[]
  /** The inputs of every run, as [`node.n`, inputs], in the order of their start. */
  runs: [run: string, inputs: Record<string, unknown>][]
  end: Extract<Decision, { type: 'end' }> | undefined
}

export interface SimulationOptions {
  inputs?: Record<string, unknown>
  masks?: InputMasks
  /**
   * Chooses the run or timer that continues next. `inputCount` is the number of inputs that the scheduler has received,
   * which is the same before and after a crash. @default the first
   */
  choose?: (choices: number, inputCount: number) => number
  /** Stops after this number of events, like a worker that is killed. */
  stopAfter?: number
  /** Cancels when the scheduler has received this number of inputs. */
  cancelAfter?: number
  /** The initial journal, as for a worker that takes over. */
  events?: ExecutionEvent[]
  /** Commit only when {@link Simulator.commit} is called. @default events are committed immediately */
  hasGroupCommit?: boolean
  /** See {@link Scheduler}. @default none: collections are in memory */
  maxGatheredChars?: number
  /** Called when a block has an external effect. */
  onEffect?: (run: NodeExecution, inputs: Record<string, unknown>) => void
  onStep?: (scheduler: Scheduler, event: SchedulerEvent, decisions: readonly Decision[]) => void
}

interface ActiveRun {
  run: NodeExecution
  inputs: Record<string, unknown>
  /** The number of pairs after which it has its external effect; undefined if it has none or has had it. */
  actsAfter: number | undefined
  /** The number of committed events for which it waits at the effect barrier. */
  waitsFor: number
  left: [pin: string, value: unknown, k?: number][]
  /** The numbers of pairs after which it sleeps. */
  sleeps: number[]
  error: NodeError | undefined
  hangs: boolean
}

type Occurrence = [ExecutionEvent, SchedulerEvent]

/** Executes the decisions of the scheduler, one pair at a time, and keeps the journal. */
export function simulate(plan: Plan, fakes: Record<string, FakeBlock>, options: SimulationOptions = {}): Simulation {
  return new Simulator(plan, fakes, options).run()
}

/**
 * A worker without sandbox, clock and database. It carries out the decisions of the scheduler like the driver, one pair
 * of a block at a time, in the order that the caller chooses. A block starts when its run is decided. Its external
 * effect happens once all events up to its EffectStarted are committed. Reaching that barrier and starting the effect
 * behind it are separate choices.
 */
export class Simulator {
  readonly scheduler: Scheduler
  readonly events: ExecutionEvent[]
  readonly runs: Simulation['runs'] = []
  /** The number of events that survive a crash. */
  committed: number
  end: Simulation['end']
  readonly #fakes: Record<string, FakeBlock>
  readonly #options: SimulationOptions
  /** Failed attempts that wait for their next attempt, and sleeping runs. */
  #due: NodeExecution[] = []
  #active: ActiveRun[] = []
  #inputCount: number

  constructor(plan: Plan, fakes: Record<string, FakeBlock>, options: SimulationOptions) {
    this.#fakes = fakes
    this.#options = options
    this.events = [...(options.events ?? [])]
    this.committed = options.hasGroupCommit ? this.events.length : Infinity
    this.#inputCount = this.events.filter(isSchedulerInput).length
    const { maxGatheredChars } = options
    const journal = this.events.map((event, i) => ({ ...event, seq: i + 1 }))
    const { scheduler, pending, interrupted } = fold(plan, journal, maxGatheredChars === undefined ? {} : { maxGatheredChars })
    this.scheduler = scheduler
    this.#resume(pending, interrupted)
  }

  run(): Simulation {
    const { choose = () => 0, cancelAfter = Infinity, stopAfter = Infinity } = this.#options
    for (let choices = this.choices(); choices > 0 && this.events.length < stopAfter; choices = this.choices()) {
      if (this.#inputCount >= cancelAfter) this.cancel()
      else this.proceed(choose(choices, this.#inputCount))
    }
    return { scheduler: this.scheduler, events: this.events, runs: this.runs, end: this.end }
  }

  /** The number of possible next steps; 0 after the end. */
  choices(): number {
    return this.end ? 0 : this.#active.filter((each) => this.#canContinue(each)).length + this.#due.length
  }

  proceed(choice: number): void {
    const { current, due } = this.#at(choice)
    if (current && current.waitsFor > 0) return this.#beginEffect(current)
    if (current && mustAct(current)) return this.#reachBarrier(current)
    const [event, input] = this.#next(current, due)
    if (event.type === 'NodeOutput') current?.left.shift()
    else this.#active = this.#active.filter((each) => each !== current)
    this.#due = this.#due.filter((run) => run !== due)
    this.#record(event, input)
  }

  /** The event that {@link proceed} would cause. */
  peek(choice: number): ExecutionEvent {
    const { current, due } = this.#at(choice)
    return this.#next(current, due)[0]
  }

  cancel(): void {
    this.#step({ type: 'cancel', reason: { code: 'CANCELLED', message: 'enough' } })
  }

  commit(count: number): void {
    this.committed = Math.min(this.committed + count, this.events.length)
  }

  /**
   * What a worker may still do after it lost its lease without noticing: start the effects that the barrier has
   * allowed.
   */
  beginCommittedEffects(): void {
    for (const each of this.#active) if (each.waitsFor > 0 && this.#canContinue(each)) this.#beginEffect(each)
  }

  #resume(pending: readonly Decision[], interrupted: ReadonlySet<NodeExecution>): void {
    const { inputs = {}, masks } = this.#options
    const start = masks ? { inputs, masks } : { inputs }
    if (this.scheduler.status === 'QUEUED')
      return this.#record({ type: 'ExecutionStarted', ...start }, { type: 'start', ...start })
    for (const decision of pending) {
      if (decision.type !== 'run') this.#carryOut([decision])
      else if (decision.run.status !== 'RUNNING') continue
      else if (interrupted.has(decision.run))
        this.#record(...this.#finish(decision.run, effectInterrupted(decision.run.node.block)))
      else this.#start(decision.run)
    }
  }

  #at(choice: number): { current?: ActiveRun | undefined; due?: NodeExecution | undefined } {
    const active = this.#active.filter((each) => this.#canContinue(each))
    return { current: active[choice], due: this.#due[choice - active.length] }
  }

  #canContinue({ waitsFor, run, left: [pair], hangs }: ActiveRun): boolean {
    if (!pair && hangs) return false
    return waitsFor <= this.committed && (!pair || this.scheduler.canAccept(run, pair[0], pair[2]))
  }

  #next(current: ActiveRun | undefined, due: NodeExecution | undefined): Occurrence {
    if (current) {
      const { run, left, sleeps, error } = current
      const [pair] = left
      const sleepsAfter = sleeps[run.slept]
      if (sleepsAfter !== undefined && (!pair || run.outputs >= sleepsAfter)) return toSleep(run)
      if (!pair) return this.#finish(run, error ?? this.scheduler.refuseEnd(run))
      const [pin, value, k] = pair
      const refused = this.scheduler.refuseOutput(run, pin, k)
      if (refused) return this.#finish(run, refused)
      const at = { node: run.node.id, n: run.n, pin, value, ...(k !== undefined && { k }) }
      return [
        { type: 'NodeOutput', ...at },
        { type: 'output', ...at },
      ]
    }
    if (!due) throw new RangeError('choice out of range')
    const at = { node: due.node.id, n: due.n }
    if (due.status === 'WAITING')
      return [
        { type: 'NodeResumed', ...at },
        { type: 'resume', ...at },
      ]
    return [
      { type: 'NodeRetried', ...at, attempt: due.attempt + 1 },
      { type: 'retry', ...at },
    ]
  }

  #finish({ node, n, attempt }: NodeExecution, error: NodeError | undefined): Occurrence {
    const event: ExecutionEvent = { type: 'NodeFinished', node: node.id, n, attempt }
    if (error) event.error = error
    if (error?.retryable && attempt < (node.retry?.attempts ?? 1)) event.retryInMs = 0
    return [event, { type: 'finish', node: node.id, n, ...(error && { error }) }]
  }

  #record(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.end) return
    if (this.events.length > MAX_EVENTS) throw new Error('the simulation does not end')
    this.events.push(event)
    this.#step(input)
  }

  #step(input: SchedulerEvent): void {
    this.#inputCount++
    const decisions = this.scheduler.step(input, this.events.length)
    this.#options.onStep?.(this.scheduler, input, decisions)
    this.#carryOut(decisions)
  }

  #carryOut(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      if (decision.type === 'run') this.#start(decision.run)
      else if (decision.type === 'graph-output')
        this.events.push({ type: 'GraphOutput', name: decision.name, value: decision.value })
      else if (decision.type === 'retry' || decision.type === 'wait') this.#due.push(decision.run)
      else if (decision.type === 'accept') continue
      else if (decision.type === 'abort') this.#active = this.#active.filter(({ run }) => run !== decision.run)
      else this.#finishExecution(decision)
    }
  }

  #finishExecution(end: Extract<Decision, { type: 'end' }>): void {
    const { type: _, ...facts } = end
    this.events.push({ type: 'ExecutionFinished', ...structuredClone(facts) })
    this.end = end
  }

  #start(run: NodeExecution): void {
    const marks = run.node.block.effectful && { marksEffects: true as const }
    this.events.push({ type: 'NodeStarted', node: run.node.id, n: run.n, attempt: run.attempt, ...marks })
    const idle = { inputs: {}, actsAfter: undefined, waitsFor: 0, left: [], sleeps: [], error: undefined, hangs: false }
    const started: ActiveRun = { run, ...idle }
    this.#active.push(started)
    started.error = this.scheduler.refuseRun(run)
    if (started.error) return
    try {
      started.inputs = this.#readGathered(this.scheduler.resolveInputs(run))
    } catch (error) {
      started.error = { code: 'BLOCK_INPUT_INVALID', message: String(error) }
      return
    }
    this.#call(started)
  }

  /** Reads lists from the journal, page by page. */
  #readGathered(inputs: Record<string, unknown>): Record<string, unknown> {
    for (const [pin, list] of Object.entries(inputs)) {
      if (!(list instanceof GatheredList)) continue
      const values: unknown[] = []
      while (values.length < list.length)
        for (const item of list.page(values.length, 3, 20)) {
          const event = 'seq' in item ? this.events[item.seq - 1] : undefined
          values.push('seq' in item ? event && takeValue(event, item.link) : item.value)
        }
      inputs[pin] = values
    }
    return inputs
  }

  #reachBarrier(acting: ActiveRun): void {
    const { node, n, attempt } = acting.run
    if (node.block.onCrash !== 'retry') this.events.push({ type: 'EffectStarted', node: node.id, n, attempt })
    acting.waitsFor = this.events.length
  }

  #beginEffect(acting: ActiveRun): void {
    acting.waitsFor = 0
    acting.actsAfter = undefined
    this.#options.onEffect?.(acting.run, acting.inputs)
  }

  #call(started: ActiveRun): void {
    const { run, inputs } = started
    this.runs.push([`${run.node.id}.${run.n}`, inputs])
    const result: FakeResult = this.#fakes[run.node.block.name]?.run(inputs, run.attempt) ?? { pairs: [] }
    started.left = result.pairs.slice(run.outputs)
    started.sleeps = result.sleeps ?? []
    started.error = result.error
    started.hangs = result.hangs ?? false
    // Without group commit no event is lost, so the time of the effect does not matter.
    if (this.#options.hasGroupCommit) started.actsAfter = result.acts
  }
}

function toSleep({ node, n, slept }: NodeExecution): Occurrence {
  const at = { node: node.id, n, sleep: slept + 1, until: 0 }
  return [
    { type: 'NodeWaiting', ...at },
    { type: 'wait', ...at },
  ]
}

/** Far more events than the budgets of the cases allow. */
const MAX_EVENTS = 100_000

/** A block has its effect before it ends. */
function mustAct({ actsAfter, run, left }: ActiveRun): boolean {
  return actsAfter !== undefined && (left.length === 0 || run.outputs >= actsAfter)
}

/** Whether the event is an input of the scheduler. Other events follow from its decisions. */
export function isSchedulerInput({ type }: ExecutionEvent): boolean {
  return (
    type !== 'NodeStarted' &&
    type !== 'EffectStarted' &&
    type !== 'GraphOutput' &&
    type !== 'NodeLog' &&
    type !== 'NodeProgress' &&
    type !== 'NodeUsage' &&
    type !== 'NodeOverridden'
  )
}
