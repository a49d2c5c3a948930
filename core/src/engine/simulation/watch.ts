import type { NodeExecution } from '../pairing/index.ts'
import type { Plan } from '../plan/index.ts'
import type { Decision, SchedulerEvent } from '../decisions.ts'
import type { Scheduler } from '../scheduler.ts'
import { assert } from './model.ts'
import type { Simulation } from './worker.ts'
import { isFinal } from '../status.ts'

/** The possible statuses of a node execution after one step. */
const NEXT: Record<NodeExecution['status'], readonly NodeExecution['status'][]> = {
  INCOMPLETE: ['INCOMPLETE', 'QUEUED', 'RUNNING', 'CANCELLED'],
  QUEUED: ['QUEUED', 'RUNNING', 'CANCELLED'],
  RUNNING: ['RUNNING', 'WAITING', 'QUEUED', 'COMPLETED', 'FAILED', 'CANCELLED'],
  WAITING: ['WAITING', 'QUEUED', 'RUNNING', 'CANCELLED'],
  COMPLETED: ['COMPLETED'],
  FAILED: ['FAILED'],
  CANCELLED: ['CANCELLED'],
}

/** Cases that occurred, as evidence that the properties cover them. */
export interface Observations {
  mostRunning: number
  hasSerialWaited: boolean
  hasQueueWaited: boolean
  /** A run of a serial node waited for a sleeping one. */
  hasWaitedForSleeper: boolean
  /** A run waited for a free slot after its sleep. */
  hasAwakeWaited: boolean
}

/** Checks the scheduler after each step. @throws {Error} when a property is violated */
export class SchedulerMonitor {
  readonly observations: Observations = {
    mostRunning: 0,
    hasSerialWaited: false,
    hasQueueWaited: false,
    hasWaitedForSleeper: false,
    hasAwakeWaited: false,
  }
  readonly #plan: Plan
  readonly #statuses = new Map<NodeExecution, NodeExecution['status']>()
  readonly #waitingForRetry = new Set<NodeExecution>()
  /** Runs whose sleep has ended and that have not run again. */
  readonly #awake = new Set<NodeExecution>()
  readonly #lastStarted = new Map<string, number>()
  readonly #starts = new Set<string>()
  #outputs = 0
  #ends = 0

  constructor(plan: Plan) {
    this.#plan = plan
  }

  readonly onStep = (scheduler: Scheduler, event: SchedulerEvent, decisions: readonly Decision[]): void => {
    assert(this.#ends === 0 || decisions.length === 0, () => `a decision was made after the end: ${decisions[0]?.type}`)
    if (event.type === 'retry') {
      const run = scheduler.nodeExecution(event.node, event.n)
      if (run) this.#waitingForRetry.delete(run)
    }
    if (event.type === 'resume') {
      const run = scheduler.nodeExecution(event.node, event.n)
      if (run) this.#awake.add(run)
    }
    for (const decision of decisions) this.#observe(decision, scheduler)
    this.#check(scheduler)
  }

  /** Checks the final state, after the last step. */
  assertEnded({ scheduler, end, events }: Simulation): void {
    assert(this.#ends === 1 && end !== undefined, () => `the execution ended ${this.#ends} times`)
    const { status } = scheduler
    assert(isFinal(status) && status === end?.status, () => `the end is ${end?.status}, but the status is ${status}`)
    const left = scheduler
      .nodeExecutions()
      .filter(({ status: each }) => each === 'QUEUED' || each === 'RUNNING' || each === 'WAITING')
    assert(left.length === 0, () => `${left[0]?.node.id}.${left[0]?.n} is ${left[0]?.status} after the end`)
    this.#assertFailures(scheduler, end)
    const dropped = scheduler.nodeExecutions().find((run) => run.status === 'CANCELLED')
    assert(
      status !== 'COMPLETED' || !dropped,
      () => `the execution completed, but ${dropped?.node.id}.${dropped?.n} was cancelled`,
    )
    const collected: Record<string, unknown[]> = {}
    for (const event of events) if (event.type === 'GraphOutput') (collected[event.name] ??= []).push(event.value)
    const [reported, kept] = [JSON.stringify(collected), JSON.stringify(scheduler.outputs)]
    assert(reported === kept, () => `the events contain the outputs ${reported}, the end ${kept}`)
    for (const input of LATE) assert(scheduler.step(input).length === 0, () => `a late ${input.type} caused a decision`)
    assert(scheduler.status === status, () => `a late event changed the status to ${scheduler.status}`)
  }

  /** Rule 12. */
  #assertFailures(scheduler: Scheduler, end: Simulation['end']): void {
    const failed = scheduler.nodeExecutions().filter(({ status }) => status === 'FAILED')
    const nodes = new Set(failed.map(({ node }) => node.id))
    const isReported = scheduler.failedNodes.length === nodes.size && scheduler.failedNodes.every((id) => nodes.has(id))
    assert(isReported, () => `${[...nodes].join()} failed, but ${scheduler.failedNodes.join()} are reported`)
    const unhandled = failed.filter(({ node }) => !node.links.has('error')).map(({ node }) => node.id)
    const mayEnd = this.#plan.onUnhandledError === 'FAIL' && unhandled.length > 0
    const hasEnded = end?.status === 'FAILED' && end.reason?.code !== 'BUDGET_EXCEEDED'
    assert(
      mayEnd === hasEnded,
      () => `${unhandled.join()} failed without a link, but the end is ${end?.status} ${end?.reason?.code}`,
    )
    assert(
      !hasEnded || end.reason?.node === unhandled[0],
      () => `${unhandled.join()} failed, but the reason names ${end?.reason?.node}`,
    )
  }

  #observe(decision: Decision, scheduler: Scheduler): void {
    assert(this.#ends === 0, () => `${decision.type} followed the end`)
    if (decision.type === 'retry') this.#waitingForRetry.add(decision.run)
    else if (decision.type === 'run') this.#observeRun(decision.run)
    else if (decision.type === 'graph-output') this.#outputs++
    else if (decision.type === 'end') {
      this.#ends++
      this.#assertReason(decision, scheduler)
    }
  }

  #observeRun(run: NodeExecution): void {
    if (this.#awake.delete(run)) return
    const { node, n, attempt } = run
    const name = `${node.id}.${n}`
    assert(!this.#starts.has(`${name}.${attempt}`), () => `attempt ${attempt} of ${name} started twice`)
    this.#starts.add(`${name}.${attempt}`)
    assert(attempt <= (node.retry?.attempts ?? 1), () => `${name} has attempt ${attempt}`)
    if (attempt > 1) return
    const last = this.#lastStarted.get(node.id) ?? 0
    // a run that waits for feedback does not delay those that start without it
    assert(n === last + 1 || node.block.feedbackPins.size > 0, () => `${name} started after ${node.id}.${last}`)
    this.#lastStarted.set(node.id, n)
  }

  #assertReason({ status, reason }: Extract<Decision, { type: 'end' }>, scheduler: Scheduler): void {
    assert((status === 'COMPLETED') === (reason === undefined), () => `it ended ${status}, reason: ${reason?.code}`)
    if (reason?.code !== 'BUDGET_EXCEEDED') return
    const { budget } = this.#plan
    const ready = scheduler.nodeExecutions().filter((run) => run.status !== 'INCOMPLETE').length
    assert(ready > budget, () => `${ready} node executions do not exceed the budget of ${budget}`)
  }

  #check(scheduler: Scheduler): void {
    /** The number of started runs by node, including sleeping runs and runs that resume after a sleep. */
    const started = new Map<string, number>()
    let [runningInAll, used] = [0, 0]
    const waiting: NodeExecution[] = []
    for (const run of scheduler.nodeExecutions()) {
      const before = this.#statuses.get(run) ?? 'INCOMPLETE'
      assert(NEXT[before].includes(run.status), () => `${run.node.id}.${run.n} went from ${before} to ${run.status}`)
      this.#statuses.set(run, run.status)
      if (run.status !== 'INCOMPLETE' && run.status !== 'CANCELLED') used++
      if (run.status === 'QUEUED' && !this.#waitingForRetry.has(run)) waiting.push(run)
      if (run.status === 'RUNNING') runningInAll++
      else if (run.status !== 'WAITING' && !(run.status === 'QUEUED' && this.#awake.has(run))) continue
      started.set(run.node.id, (started.get(run.node.id) ?? 0) + 1)
      assert(!run.node.block.serial || started.get(run.node.id) === 1, () => `${run.node.id} is serial and runs twice`)
    }
    const { concurrency, budget } = this.#plan
    assert(runningInAll <= concurrency, () => `${runningInAll} run, more than ${concurrency}`)
    assert(used <= budget, () => `${used} node executions are ready, running or ended, but the budget is ${budget}`)
    this.observations.mostRunning = Math.max(this.observations.mostRunning, runningInAll)
    this.#assertBusy(scheduler, waiting, runningInAll < concurrency, started)
    this.#assertAppended(scheduler)
  }

  /** No run waits that could run, and the execution has not ended while work is left. */
  #assertBusy(scheduler: Scheduler, waiting: NodeExecution[], hasRoom: boolean, started: ReadonlyMap<string, number>): void {
    if (scheduler.status !== 'RUNNING') return
    for (const run of waiting) {
      const { node, n } = run
      const isAwake = this.#awake.has(run)
      const isHeldBack = node.block.serial && started.has(node.id) && !isAwake
      if (isHeldBack && hasRoom) this.observations.hasSerialWaited = true
      if (isHeldBack && hasRoom && scheduler.nodeExecutions().some((each) => each.node === node && each.currentSleep))
        this.observations.hasWaitedForSleeper = true
      if (!hasRoom) this.observations.hasQueueWaited = true
      if (isAwake) this.observations.hasAwakeWaited = true
      assert(!hasRoom || isHeldBack, () => `${node.id}.${n} could run but waits`)
    }
    assert(started.size + this.#waitingForRetry.size > 0, () => 'no work is left, but the execution has not ended')
  }

  #assertAppended({ outputs }: Scheduler): void {
    const count = Object.values(outputs).reduce((sum, { length }) => sum + length, 0)
    assert(count === this.#outputs, () => `${count} outputs, but ${this.#outputs} were reported`)
  }
}

const LATE: SchedulerEvent[] = [
  { type: 'start', inputs: {} },
  { type: 'output', node: 'n0', n: 1, pin: 'out', value: 1 },
  { type: 'finish', node: 'n0', n: 1 },
  { type: 'retry', node: 'n0', n: 1 },
  { type: 'wait', node: 'n0', n: 1, sleep: 1, until: 0 },
  { type: 'resume', node: 'n0', n: 1 },
  { type: 'cancel', reason: { code: 'CANCELLED', message: 'late' } },
]
