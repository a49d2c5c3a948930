import type { NodeExecution } from '../pairing.ts'
import type { Plan } from '../plan.ts'
import type { Decision, Scheduler, SchedulerEvent } from '../scheduler.ts'
import { claim } from './model.ts'
import type { Simulation } from './worker.ts'
import { isFinal } from '../status.ts'

/** What a node execution may become in one step. */
const NEXT: Record<NodeExecution['status'], readonly NodeExecution['status'][]> = {
  INCOMPLETE: ['INCOMPLETE', 'QUEUED', 'RUNNING', 'CANCELLED'],
  QUEUED: ['QUEUED', 'RUNNING', 'CANCELLED'],
  RUNNING: ['RUNNING', 'WAITING', 'QUEUED', 'COMPLETED', 'FAILED', 'CANCELLED'],
  WAITING: ['WAITING', 'QUEUED', 'RUNNING', 'CANCELLED'],
  COMPLETED: ['COMPLETED'],
  FAILED: ['FAILED'],
  CANCELLED: ['CANCELLED'],
}

/** What was met on the way, so that it can be seen that it is met at all. */
export interface Sights {
  mostRunning: number
  hasSerialWaited: boolean
  hasQueueWaited: boolean
  /** A run of a serial node waited for one that slept. */
  hasWaitedForSleeper: boolean
  /** One whose sleep was over waited for room. */
  hasAwakeWaited: boolean
}

/** Looks at the scheduler after each of its steps. @throws {Error} as soon as something does not hold */
export class Watch {
  readonly sights: Sights = {
    mostRunning: 0,
    hasSerialWaited: false,
    hasQueueWaited: false,
    hasWaitedForSleeper: false,
    hasAwakeWaited: false,
  }
  readonly #plan: Plan
  readonly #statuses = new Map<NodeExecution, NodeExecution['status']>()
  readonly #waitingForRetry = new Set<NodeExecution>()
  /** Those whose sleep is over and that have not been run again. */
  readonly #awake = new Set<NodeExecution>()
  readonly #lastStarted = new Map<string, number>()
  readonly #starts = new Set<string>()
  #outputs = 0
  #ends = 0

  constructor(plan: Plan) {
    this.#plan = plan
  }

  readonly onStep = (scheduler: Scheduler, event: SchedulerEvent, decisions: readonly Decision[]): void => {
    claim(this.#ends === 0 || decisions.length === 0, () => `something was decided after the end: ${decisions[0]?.type}`)
    if (event.type === 'retry') {
      const run = scheduler.nodeExecution(event.node, event.n)
      if (run) this.#waitingForRetry.delete(run)
    }
    if (event.type === 'resume') {
      const run = scheduler.nodeExecution(event.node, event.n)
      if (run) this.#awake.add(run)
    }
    for (const decision of decisions) this.#hear(decision, scheduler)
    this.#look(scheduler)
  }

  /** After the last step. */
  claimEnded({ scheduler, end, events }: Simulation): void {
    claim(this.#ends === 1 && end !== undefined, () => `the end was decided ${this.#ends} times`)
    const { status } = scheduler
    claim(isFinal(status) && status === end?.status, () => `it ended ${end?.status} and is ${status}`)
    const left = scheduler
      .nodeExecutions()
      .filter(({ status: each }) => each === 'QUEUED' || each === 'RUNNING' || each === 'WAITING')
    claim(left.length === 0, () => `${left[0]?.node.id}.${left[0]?.n} is ${left[0]?.status} after the end`)
    this.#claimFailures(scheduler, end)
    const dropped = scheduler.nodeExecutions().find((run) => run.status === 'CANCELLED')
    claim(status !== 'COMPLETED' || !dropped, () => `it completed, and ${dropped?.node.id}.${dropped?.n} was not run to its end`)
    const collected: Record<string, unknown[]> = {}
    for (const event of events) if (event.type === 'GraphOutput') (collected[event.name] ??= []).push(event.value)
    const [told, kept] = [JSON.stringify(collected), JSON.stringify(scheduler.outputs)]
    claim(told === kept, () => `the events tell the outputs ${told}, the end ${kept}`)
    for (const input of LATE) claim(scheduler.step(input).length === 0, () => `it decided something at a late ${input.type}`)
    claim(scheduler.status === status, () => `a late event made it ${scheduler.status}`)
  }

  /** Rule 12. */
  #claimFailures(scheduler: Scheduler, end: Simulation['end']): void {
    const failed = scheduler.nodeExecutions().filter(({ status }) => status === 'FAILED')
    const nodes = new Set(failed.map(({ node }) => node.id))
    const isTold = scheduler.failedNodes.length === nodes.size && scheduler.failedNodes.every((id) => nodes.has(id))
    claim(isTold, () => `${[...nodes].join()} failed, ${scheduler.failedNodes.join()} are told`)
    const unhandled = failed.filter(({ node }) => !node.links.has('error')).map(({ node }) => node.id)
    const mayEnd = this.#plan.onUnhandledError === 'FAIL' && unhandled.length > 0
    const hasEnded = end?.status === 'FAILED' && end.reason?.code !== 'BUDGET_EXCEEDED'
    claim(
      mayEnd === hasEnded,
      () => `${unhandled.join()} failed without a link, and it ended ${end?.status} ${end?.reason?.code}`,
    )
    claim(!hasEnded || end.reason?.node === unhandled[0], () => `${unhandled.join()} failed, ${end?.reason?.node} is to blame`)
  }

  #hear(decision: Decision, scheduler: Scheduler): void {
    claim(this.#ends === 0, () => `${decision.type} was decided after the end`)
    if (decision.type === 'retry') this.#waitingForRetry.add(decision.run)
    else if (decision.type === 'run') this.#hearRun(decision.run)
    else if (decision.type === 'graph-output') this.#outputs++
    else if (decision.type === 'end') {
      this.#ends++
      this.#claimReason(decision, scheduler)
    }
  }

  #hearRun(run: NodeExecution): void {
    if (this.#awake.delete(run)) return
    const { node, n, attempt } = run
    const name = `${node.id}.${n}`
    claim(!this.#starts.has(`${name}.${attempt}`), () => `attempt ${attempt} of ${name} was started twice`)
    this.#starts.add(`${name}.${attempt}`)
    claim(attempt <= (node.retry?.attempts ?? 1), () => `${name} was given attempt ${attempt}`)
    if (attempt > 1) return
    const last = this.#lastStarted.get(node.id) ?? 0
    claim(n === last + 1, () => `${name} was started after ${node.id}.${last}`)
    this.#lastStarted.set(node.id, n)
  }

  #claimReason({ status, reason }: Extract<Decision, { type: 'end' }>, scheduler: Scheduler): void {
    claim((status === 'COMPLETED') === (reason === undefined), () => `it ended ${status}, reason: ${reason?.code}`)
    if (reason?.code !== 'BUDGET_EXCEEDED') return
    const { budget } = this.#plan
    const ready = scheduler.nodeExecutions().filter((run) => run.status !== 'INCOMPLETE').length
    claim(ready > budget, () => `the budget of ${budget} was not passed by ${ready}`)
  }

  #look(scheduler: Scheduler): void {
    /** By node, with those that sleep or are to be run again after it. */
    const begun = new Map<string, number>()
    let [runningInAll, used] = [0, 0]
    const waiting: NodeExecution[] = []
    for (const run of scheduler.nodeExecutions()) {
      const before = this.#statuses.get(run) ?? 'INCOMPLETE'
      claim(NEXT[before].includes(run.status), () => `${run.node.id}.${run.n} went from ${before} to ${run.status}`)
      this.#statuses.set(run, run.status)
      if (run.status !== 'INCOMPLETE' && run.status !== 'CANCELLED') used++
      if (run.status === 'QUEUED' && !this.#waitingForRetry.has(run)) waiting.push(run)
      if (run.status === 'RUNNING') runningInAll++
      else if (run.status !== 'WAITING' && !(run.status === 'QUEUED' && this.#awake.has(run))) continue
      begun.set(run.node.id, (begun.get(run.node.id) ?? 0) + 1)
      claim(!run.node.block.serial || begun.get(run.node.id) === 1, () => `${run.node.id} is serial and runs twice`)
    }
    const { concurrency, budget } = this.#plan
    claim(runningInAll <= concurrency, () => `${runningInAll} run, more than ${concurrency}`)
    claim(used <= budget, () => `${used} node executions are ready or more, the budget is ${budget}`)
    this.sights.mostRunning = Math.max(this.sights.mostRunning, runningInAll)
    this.#claimBusy(scheduler, waiting, runningInAll < concurrency, begun)
    this.#claimAppended(scheduler)
  }

  /** Nothing waits that could run, and it has not ended while something is left. */
  #claimBusy(scheduler: Scheduler, waiting: NodeExecution[], hasRoom: boolean, begun: ReadonlyMap<string, number>): void {
    if (scheduler.status !== 'RUNNING') return
    for (const run of waiting) {
      const { node, n } = run
      const isAwake = this.#awake.has(run)
      const isHeldBack = node.block.serial && begun.has(node.id) && !isAwake
      if (isHeldBack && hasRoom) this.sights.hasSerialWaited = true
      if (isHeldBack && hasRoom && scheduler.nodeExecutions().some((each) => each.node === node && each.asleep))
        this.sights.hasWaitedForSleeper = true
      if (!hasRoom) this.sights.hasQueueWaited = true
      if (isAwake) this.sights.hasAwakeWaited = true
      claim(!hasRoom || isHeldBack, () => `${node.id}.${n} could run and waits`)
    }
    claim(begun.size + this.#waitingForRetry.size > 0, () => 'nothing is left to do, and it has not ended')
  }

  #claimAppended({ outputs }: Scheduler): void {
    const count = Object.values(outputs).reduce((sum, { length }) => sum + length, 0)
    claim(count === this.#outputs, () => `${count} outputs, ${this.#outputs} were told`)
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
