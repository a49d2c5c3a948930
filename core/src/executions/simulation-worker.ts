import type { ExecutionEvent } from './events.ts'
import type { FakeBlock, FakeResult } from './fake-blocks.ts'
import { fold } from './fold.ts'
import { effectInterrupted } from './node-errors.ts'
import type { NodeExecution } from './pairing.ts'
import type { Plan } from './plan.ts'
import type { Decision, InputMasks, NodeError, Scheduler, SchedulerEvent } from './scheduler.ts'

export interface Simulation {
  scheduler: Scheduler
  events: ExecutionEvent[]
  /** Inputs of every run, as `node.n` → inputs, in the order of starting. */
  runs: [run: string, inputs: Record<string, unknown>][]
  end: Extract<Decision, { type: 'end' }> | undefined
}

export interface SimulationOptions {
  inputs?: Record<string, unknown>
  masks?: InputMasks
  /**
   * Which of the things in hand goes on next; the first unless told otherwise. `heard`: how many events the scheduler has
   * heard, which is the same after a crash as before it.
   */
  choose?: (choices: number, heard: number) => number
  /** Stops after so many events, like a worker that is killed. */
  stopAfter?: number
  /** Cancels when the scheduler has heard so many events. */
  cancelAfter?: number
  /** Events to begin with, as a worker that takes over. */
  events?: ExecutionEvent[]
  /** Nothing is committed but by {@link Simulator.commit}; without it everything is at once. */
  hasGroupCommit?: boolean
  /** Called when a block acts on the outside. */
  onEffect?: (run: NodeExecution, inputs: Record<string, unknown>) => void
  onStep?: (scheduler: Scheduler, event: SchedulerEvent, decisions: readonly Decision[]) => void
}

interface InHand {
  run: NodeExecution
  inputs: Record<string, unknown>
  /** After how many pairs it acts on the outside; undefined when it does not, or has done so. */
  actsAfter: number | undefined
  /** It is at the effect barrier until so many events are committed. */
  waitsFor: number
  left: [string, unknown][]
  /** After how many pairs it sleeps, each time. */
  sleeps: number[]
  error: NodeError | undefined
}

type Happening = [ExecutionEvent, SchedulerEvent]

/**
 * A worker without sandbox, clock and database: carries out what the scheduler decides as the driver does, one pair of a
 * block at a time, in whatever order it is told. A block begins when it is decided. One that acts on the outside does so when
 * everything up to its EffectStarted is committed: to come to that barrier, and to act behind it, are choices of their own.
 */
export class Simulator {
  readonly scheduler: Scheduler
  readonly events: ExecutionEvent[]
  readonly runs: Simulation['runs'] = []
  /** Events that a crash leaves. */
  committed: number
  end: Simulation['end']
  readonly #fakes: Record<string, FakeBlock>
  readonly #options: SimulationOptions
  /** Failed attempts whose repetition is to become due, and those that sleep. */
  #due: NodeExecution[] = []
  #inHand: InHand[] = []
  #heard: number

  constructor(plan: Plan, fakes: Record<string, FakeBlock>, options: SimulationOptions) {
    this.#fakes = fakes
    this.#options = options
    this.events = [...(options.events ?? [])]
    this.committed = options.hasGroupCommit ? this.events.length : Infinity
    this.#heard = this.events.filter(isHeard).length
    const { scheduler, pending, interrupted } = fold(plan, this.events)
    this.scheduler = scheduler
    this.#begin(pending, interrupted)
  }

  run(): Simulation {
    const { choose = () => 0, cancelAfter = Infinity, stopAfter = Infinity } = this.#options
    for (let choices = this.choices(); choices > 0 && this.events.length < stopAfter; choices = this.choices()) {
      if (this.#heard >= cancelAfter) this.cancel()
      else this.proceed(choose(choices, this.#heard))
    }
    return { scheduler: this.scheduler, events: this.events, runs: this.runs, end: this.end }
  }

  /** How many things could go on next; none after the end. */
  choices(): number {
    return this.end ? 0 : this.#inHand.filter((each) => this.#mayGoOn(each)).length + this.#due.length
  }

  proceed(choice: number): void {
    const { current, due } = this.#at(choice)
    if (current && current.waitsFor > 0) return this.#beginEffect(current)
    if (current && isToAct(current)) return this.#comeToBarrier(current)
    const [event, input] = this.#next(current, due)
    if (event.type === 'NodeOutput') current?.left.shift()
    else this.#inHand = this.#inHand.filter((each) => each !== current)
    this.#due = this.#due.filter((run) => run !== due)
    this.#happen(event, input)
  }

  /** What {@link proceed} would make happen. */
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

  /** What a worker that has been taken over without noticing may still do: begin the effects that were let through. */
  beginCommittedEffects(): void {
    for (const each of this.#inHand) if (each.waitsFor > 0 && this.#mayGoOn(each)) this.#beginEffect(each)
  }

  #begin(pending: readonly Decision[], interrupted: ReadonlySet<NodeExecution>): void {
    const { inputs = {}, masks } = this.#options
    const start = masks ? { inputs, masks } : { inputs }
    if (this.scheduler.status === 'QUEUED')
      return this.#happen({ type: 'ExecutionStarted', ...start }, { type: 'start', ...start })
    for (const decision of pending) {
      if (decision.type !== 'run') this.#carryOut([decision])
      else if (decision.run.status !== 'RUNNING') continue
      else if (interrupted.has(decision.run))
        this.#happen(...this.#finish(decision.run, effectInterrupted(decision.run.node.block)))
      else this.#start(decision.run)
    }
  }

  #at(choice: number): { current?: InHand | undefined; due?: NodeExecution | undefined } {
    const inHand = this.#inHand.filter((each) => this.#mayGoOn(each))
    return { current: inHand[choice], due: this.#due[choice - inHand.length] }
  }

  #mayGoOn({ waitsFor }: InHand): boolean {
    return waitsFor <= this.committed
  }

  #next(current: InHand | undefined, due: NodeExecution | undefined): Happening {
    if (current) {
      const { run, left, sleeps, error } = current
      const [pair] = left
      const sleepsAfter = sleeps[run.slept]
      if (sleepsAfter !== undefined && (!pair || run.outputs >= sleepsAfter)) return sleepOf(run)
      if (!pair) return this.#finish(run, error)
      const at = { node: run.node.id, n: run.n, pin: pair[0], value: pair[1] }
      return [
        { type: 'NodeOutput', ...at },
        { type: 'output', ...at },
      ]
    }
    if (!due) throw new RangeError('there is no such choice')
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

  #finish({ node, n, attempt }: NodeExecution, error: NodeError | undefined): Happening {
    const event: ExecutionEvent = { type: 'NodeFinished', node: node.id, n, attempt }
    if (error) event.error = error
    if (error?.retryable && attempt < (node.retry?.attempts ?? 1)) event.retryInMs = 0
    return [event, { type: 'finish', node: node.id, n, ...(error && { error }) }]
  }

  #happen(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.end) return
    if (this.events.length > MOST_EVENTS) throw new Error('it does not come to an end')
    this.events.push(event)
    this.#step(input)
  }

  #step(input: SchedulerEvent): void {
    this.#heard++
    const decisions = this.scheduler.step(input)
    this.#options.onStep?.(this.scheduler, input, decisions)
    this.#carryOut(decisions)
  }

  #carryOut(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      if (decision.type === 'run') this.#start(decision.run)
      else if (decision.type === 'graph-output')
        this.events.push({ type: 'GraphOutput', name: decision.name, value: decision.value })
      else if (decision.type === 'retry' || decision.type === 'wait') this.#due.push(decision.run)
      else if (decision.type === 'abort') this.#inHand = this.#inHand.filter(({ run }) => run !== decision.run)
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
    const started: InHand = { run, inputs: {}, actsAfter: undefined, waitsFor: 0, left: [], sleeps: [], error: undefined }
    this.#inHand.push(started)
    try {
      started.inputs = this.scheduler.inputsOf(run)
    } catch (error) {
      started.error = { code: 'BLOCK_INPUT_INVALID', message: String(error) }
      return
    }
    this.#call(started)
  }

  #comeToBarrier(running: InHand): void {
    const { node, n, attempt } = running.run
    if (node.block.onCrash !== 'retry') this.events.push({ type: 'EffectStarted', node: node.id, n, attempt })
    running.waitsFor = this.events.length
  }

  #beginEffect(running: InHand): void {
    running.waitsFor = 0
    running.actsAfter = undefined
    this.#options.onEffect?.(running.run, running.inputs)
  }

  #call(started: InHand): void {
    const { run, inputs } = started
    this.runs.push([`${run.node.id}.${run.n}`, inputs])
    const result: FakeResult = this.#fakes[run.node.block.name]?.run(inputs, run.attempt) ?? { pairs: [] }
    started.left = result.pairs.slice(run.outputs)
    started.sleeps = result.sleeps ?? []
    started.error = result.error
    // Without group commit nothing is lost, so it does not matter when it acts.
    if (this.#options.hasGroupCommit) started.actsAfter = result.acts
  }
}

function sleepOf({ node, n, slept }: NodeExecution): Happening {
  const at = { node: node.id, n, sleep: slept + 1, until: 0 }
  return [
    { type: 'NodeWaiting', ...at },
    { type: 'wait', ...at },
  ]
}

/** Many times what the budgets of the cases allow. */
const MOST_EVENTS = 100_000

/** At the latest, a block acts before it ends. */
function isToAct({ actsAfter, run, left }: InHand): boolean {
  return actsAfter !== undefined && (left.length === 0 || run.outputs >= actsAfter)
}

/** Whether the scheduler hears of it; the others follow from what it decided. */
export function isHeard({ type }: ExecutionEvent): boolean {
  return (
    type !== 'NodeStarted' &&
    type !== 'EffectStarted' &&
    type !== 'GraphOutput' &&
    type !== 'NodeLog' &&
    type !== 'NodeProgress' &&
    type !== 'NodeOverridden'
  )
}
