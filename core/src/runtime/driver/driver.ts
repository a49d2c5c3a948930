import type { CallRequest, CallSink } from '../../sandbox/calls/index.ts'
import type { AshlarError, JsonPieces } from '../../base/index.ts'
import { HostCallSessions } from './host-call-sessions.ts'
import { toCallRequest } from './call-request.ts'
import { ChildRuns } from './child-runs.ts'
import { ChildStarts } from './child-starts.ts'
import { DecisionQueue } from './decision-queue.ts'
import type { DriverParts, TakenExecution } from './driver-parts.ts'
import {
  type Decision,
  type ExecutionEvent,
  inputText,
  type NodeError,
  type NodeExecution,
  type OnConverted,
  type Reason,
  waitingReason,
  Retries,
  type Scheduler,
  type SchedulerEvent,
  type Sleep,
} from '../../engine/index.ts'
import { FailedCalls } from './failed-calls.ts'
import { hasGatheredList, RunInputs } from './inputs/index.ts'
import { LossLog } from './loss-log.ts'
import { answerBlock, effectInterrupted, toNodeError } from './node-errors.ts'
import { RunReports } from './reports/index.ts'
import { RunOutputs } from './outputs/index.ts'
import { ForeseenRuns, getStretch, type ForeseenRun, type PlannedStretch } from './stretch.ts'
import { RecordedSleeps } from './recorded-sleeps.ts'

/** An execution is not released for a sleep that ends within this time. */
const SOON_MS = 1000

/**
 * Carries out the decisions of the scheduler: it starts blocks in the sandbox, writes the events to the journal, and
 * passes them to the scheduler. It starts where the journal ends: work that was started and has no result in the
 * journal is repeated, without the outputs that were already delivered.
 */
export class ExecutionDriver {
  readonly #taken: TakenExecution
  readonly #parts: DriverParts
  readonly #scheduler: Scheduler
  readonly #calls = new Map<NodeExecution, () => void>()
  readonly #hostCalls: HostCallSessions
  readonly #children: ChildRuns
  readonly #childStarts: ChildStarts
  readonly #foreseen = new ForeseenRuns()
  readonly #failed: FailedCalls
  readonly #outputs: RunOutputs
  readonly #inputs: RunInputs
  readonly #losses: LossLog
  readonly #reports: RunReports
  readonly #retries: Retries
  readonly #sleeps: RecordedSleeps
  readonly #decisions = new DecisionQueue((decision) => this.#carryOut(decision))
  #stopped = false
  /** Set once nothing new may be started. */
  #drained: PromiseWithResolvers<void> | undefined

  constructor(taken: TakenExecution, parts: DriverParts) {
    this.#taken = taken
    this.#parts = parts
    const { scheduler } = taken.folded
    this.#scheduler = scheduler
    this.#outputs = new RunOutputs(parts, {
      scheduler,
      entry: taken.entry,
      record: (output) => this.#record({ type: 'NodeOutput', ...output }, { type: 'output', ...output }),
      fail: (run, error) => {
        this.#abort(run)
        this.#finish(run, error)
      },
    })
    this.#inputs = new RunInputs(parts, {
      entry: taken.entry,
      resolveInputs: (run, watch) => scheduler.resolveInputs(run, watch),
    })
    this.#children = new ChildRuns(parts, {
      output: (run, pin, value, k) => this.#outputs.take(run, { pin, value, k }),
      end: (run, error) =>
        this.#outputs.end(run, error !== undefined, () => this.#finish(run, error ?? scheduler.refuseEnd(run))),
    })
    this.#reports = new RunReports(taken, parts.deltas, (event) => this.#append(event))
    this.#failed = new FailedCalls(parts, (run, error) => this.#finish(run, error))
    this.#losses = new LossLog(taken.plan, (event) => this.#append(event))
    this.#retries = new Retries(parts.random, (run) => this.#retry(run))
    this.#sleeps = new RecordedSleeps(parts.now, {
      begin: (run, sleep) => this.#outputs.afterCheck(run, () => this.#sleep(run, sleep)),
      over: (run) => this.#wake(run),
    })
    const common = { ...parts, taken, resolveInputs: (run: NodeExecution) => scheduler.resolveInputs(run) }
    this.#hostCalls = new HostCallSessions({ ...common, append: (event) => this.#append(event) })
    this.#childStarts = new ChildStarts({
      ...common,
      follow: (childId, run) => this.#children.follow(childId, run),
      failed: (run, error) => this.#finish(run, error),
    })
  }

  start(): void {
    const { inputs, masks } = this.#taken
    const begin = masks ? { inputs, masks } : { inputs }
    if (this.#scheduler.status === 'QUEUED') this.#record({ type: 'ExecutionStarted', ...begin }, { type: 'start', ...begin })
    else this.#resume()
  }

  #resume(): void {
    const { pending, interrupted } = this.#taken.folded
    for (const decision of pending) {
      if (this.#stopped) return
      if (decision.type === 'run' && decision.run.status !== 'RUNNING') continue // an earlier decision has ended it
      if (decision.type === 'run' && interrupted.has(decision.run))
        this.#finish(decision.run, effectInterrupted(decision.run.node.block))
      else this.#decisions.add([decision])
    }
    this.#reportIdle()
  }

  /**
   * Stops starting node executions, so that another worker can continue from the journal.
   *
   * @returns a promise that resolves when no running block has used an effectful capability; undefined if none has
   */
  drain(): Promise<void> | undefined {
    this.#drained ??= Promise.withResolvers()
    this.#retries.stop()
    this.#sleeps.stop()
    return this.#hostCalls.hasEffects ? this.#drained.promise : undefined
  }

  /** Stops all work without an event in the journal. */
  stop(): void {
    this.#stopped = true
    this.#decisions.clear()
    for (const abort of this.#calls.values()) abort()
    this.#hostCalls.closeAll()
    this.#reports.stop(this.#calls.keys())
    this.#calls.clear()
    const parts = [this.#failed, this.#outputs, this.#inputs, this.#retries, this.#sleeps]
    for (const part of [...parts, this.#children, this.#childStarts]) part.stop()
    this.#foreseen.dropAll()
    this.#parts.sandbox.forget(this.#taken.id)
    this.#drained?.resolve()
  }

  #record(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.#stopped) return
    this.#append(event)
    this.#decisions.add(this.#scheduler.step(input, this.#taken.entry.lastSeq))
  }

  #append(event: ExecutionEvent): void {
    this.#parts.journal.append(this.#taken.entry, event)
  }

  #carryOut(decision: Decision): void {
    if (this.#drained && (decision.type === 'run' || decision.type === 'retry' || decision.type === 'wait')) return
    if (decision.type === 'run') this.#run(decision.run)
    else if (decision.type === 'graph-output') this.#append({ type: 'GraphOutput', name: decision.name, value: decision.value })
    else if (decision.type === 'retry') this.#retries.start(decision.run)
    else if (decision.type === 'wait') this.#sleeps.start(decision.run)
    else if (decision.type === 'abort') this.#abort(decision.run)
    else if (decision.type === 'accept') this.#outputs.accept(decision.run)
    else this.#end(decision)
  }

  #run(run: NodeExecution): void {
    if (run.status !== 'RUNNING') return // an earlier decision has ended it
    const { node, n, attempt } = run
    this.#append({ type: 'NodeStarted', node: node.id, n, attempt, ...(node.block.effectful && { marksEffects: true }) })
    const refusal = this.#scheduler.refuseRun(run)
    if (refusal) return this.#finish(run, refusal)
    const foreseen = this.#foreseen.take(run)
    if (!foreseen || !this.#adopt(run, foreseen)) this.#begin(run, this.#losses.watch(run))
  }

  #begin(run: NodeExecution, onConverted?: OnConverted): void {
    if (hasGatheredList(run)) return this.#watch(this.#readInputs(run, onConverted))
    const input = inputText(() => this.#scheduler.resolveInputs(run, onConverted))
    if (input instanceof RangeError) this.#finish(run, { code: 'BLOCK_INPUT_INVALID', message: input.message })
    else if (run.node.block.kind === 'graph') this.#watch(this.#childStarts.start(run).then(() => this.#reportIdle()))
    else this.#call(run, input)
  }

  async #readInputs(run: NodeExecution, onConverted: OnConverted | undefined): Promise<void> {
    let isWanted = true
    this.#calls.set(run, () => (isWanted = false))
    const input = await this.#inputs.read(run, () => isWanted, onConverted)
    if (!isWanted || input === undefined) return
    return typeof input === 'string' ? this.#call(run, input) : this.#finish(run, toNodeError(input, run.node.block))
  }

  #adopt(run: NodeExecution, { call, stretch }: ForeseenRun): boolean {
    const abort = call.adopt(this.#toRequest(run), this.#toSink(run, stretch))
    if (run.status !== 'RUNNING') abort?.()
    else if (abort) this.#calls.set(run, abort)
    return abort !== undefined
  }

  /** Whether the only remaining work is to wait for children and for sleeps that do not end soon. */
  get isIdle(): boolean {
    const busy = this.#calls.size + this.#failed.size + this.#retries.size + this.#childStarts.size
    if (this.#stopped || busy > 0 || this.#outputs.hasTimers) return false
    return this.#children.size + this.#sleeps.size > 0 && this.#sleeps.remainingMs > SOON_MS
  }

  #reportIdle(): void {
    if (this.isIdle) this.#parts.onIdle()
  }

  get waitingFor(): Reason {
    return waitingReason(this.#children.nodes(), this.#sleeps.nodes(), this.wakeAt)
  }

  /** The time of the database clock at which the first sleep ends. */
  get wakeAt(): Date | undefined {
    return this.#sleeps.nextAt === undefined ? undefined : new Date(this.#sleeps.nextAt)
  }

  get children(): ReadonlyMap<string, number> {
    return this.#children.seqs
  }

  /** Reports failures of work that is not awaited. */
  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.onError(error))
  }

  #call(run: NodeExecution, input: string | JsonPieces): void {
    const stretch = this.#planStretch(run)
    const request = { ...this.#toRequest(run), input: () => input, ...(stretch && { stretch: stretch.json }) }
    this.#calls.set(run, this.#parts.sandbox.call(request, this.#toSink(run, stretch)))
  }

  #toRequest(run: NodeExecution): CallRequest {
    return toCallRequest(this.#taken, run, () => this.#scheduler.resolveInputs(run))
  }

  /**
   * Returns none if inputs are masked, the run is repeated, or an agent receives its results: running block by block is
   * simpler there.
   */
  #planStretch({ node, attempt, outputs, call }: NodeExecution): PlannedStretch | undefined {
    return this.#taken.masks || attempt > 1 || outputs > 0 || call ? undefined : getStretch(node)
  }

  #toSink(run: NodeExecution, stretch: PlannedStretch | undefined): CallSink {
    return {
      output: (pin, value, foreseen, k) => {
        if (foreseen && stretch) this.#foreseen.add(stretch, value, foreseen)
        this.#reports.yielded(run, pin)
        this.#outputs.take(run, { pin, value, k })
      },
      ...this.#outputs.control(run),
      ...this.#reports.take(run),
      hostCall: (method, args) => this.#answer(run, method, args),
      restarted: () => this.#hostCalls.close(run),
      end: (error) => this.#endCall(run, error),
    }
  }

  #answer(run: NodeExecution, method: string, args: readonly unknown[]): Promise<unknown> {
    if (method === 'sleep.begin') return this.#sleeps.request(run, args)
    if (method === 'collected.read') return this.#inputs.readPage(run, args)
    return answerBlock(() => this.#hostCalls.perform(run, method, args), this.#parts.onError)
  }

  /** A block whose time limit passes while the journal cannot be written is called again once it can be written. */
  #endCall(run: NodeExecution, error: AshlarError | undefined): void {
    if (error?.code === 'TIMEOUT' && this.#hostCalls.isHeldUp(run)) this.#watch(this.#callAgain(run))
    else
      this.#outputs.end(run, error !== undefined, () =>
        error ? this.#failed.end(run, error) : this.#finish(run, this.#scheduler.refuseEnd(run)),
      )
  }

  async #callAgain(run: NodeExecution): Promise<void> {
    this.#hostCalls.close(run)
    this.#outputs.drop(run)
    this.#calls.set(run, () => {})
    await this.#parts.journal.committed(this.#taken.entry)
    if (!this.#stopped && !this.#taken.entry.lost && run.status === 'RUNNING') this.#begin(run)
  }

  #finish(run: NodeExecution, error: NodeError | undefined): void {
    this.#calls.delete(run)
    this.#hostCalls.close(run)
    this.#reports.flush(run)
    const at = { node: run.node.id, n: run.n, ...(error && { error }) }
    const retryInMs = this.#retries.nextBackoffMs(run, error)
    const next = retryInMs !== undefined && { retryInMs }
    this.#record({ type: 'NodeFinished', ...at, attempt: run.attempt, ...next }, { type: 'finish', ...at })
    this.#reportIdle()
    if (!this.#hostCalls.hasEffects) this.#drained?.resolve()
  }

  #retry({ node, n, attempt }: NodeExecution): void {
    this.#record({ type: 'NodeRetried', node: node.id, n, attempt: attempt + 1 }, { type: 'retry', node: node.id, n })
  }

  /** Ends the call of a sleeping run. Only the journal keeps its state. */
  #sleep(run: NodeExecution, sleep: Sleep): void {
    this.#reports.flush(run)
    this.#abort(run)
    const at = { node: run.node.id, n: run.n, ...sleep }
    this.#record({ type: 'NodeWaiting', ...at }, { type: 'wait', ...at })
    this.#reportIdle()
  }

  #wake({ node, n }: NodeExecution): void {
    this.#record({ type: 'NodeResumed', node: node.id, n }, { type: 'resume', node: node.id, n })
  }

  #abort(run: NodeExecution): void {
    this.#calls.get(run)?.()
    this.#calls.delete(run)
    this.#failed.drop(run)
    this.#outputs.drop(run)
    this.#hostCalls.close(run)
    this.#reports.drop(run)
    this.#children.abort(run)
  }

  #end(end: Extract<Decision, { type: 'end' }>): void {
    this.#reports.flushUsage()
    this.#append({ ...end, type: 'ExecutionFinished' })
    this.stop()
  }
}
