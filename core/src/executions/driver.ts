import type { CallRequest, CallSink } from '../sandbox/index.ts'
import type { AshlarError } from '../errors/index.ts'
import { CapabilitySessions } from './acting-runs.ts'
import { requestOf } from './call-request.ts'
import { ChildRuns } from './child-runs.ts'
import { ChildStarts } from './child-starts.ts'
import type { DriverParts, TakenExecution } from './driver-parts.ts'
import type { ExecutionEvent } from './events.ts'
import { FailedCalls } from './failed-calls.ts'
import { fold } from './fold.ts'
import { LossLog } from './loss-log.ts'
import { answerBlock, effectInterrupted } from './node-errors.ts'
import { inputText } from './node-inputs.ts'
import type { NodeExecution, Sleep } from './pairing.ts'
import { ProgressReports } from './progress-reports.ts'
import { Retries } from './retries.ts'
import { reasonToWait, type Reason } from './status.ts'
import { ForeseenRuns, stretchFrom, type ForeseenRun, type PlannedStretch } from './stretch.ts'
import { Sleeps } from './sleeps.ts'
import type { Decision, NodeError, Scheduler, SchedulerEvent } from './scheduler.ts'

/** A sleep that is over so soon does not give the execution back. */
const SOON_MS = 1000

/**
 * Carries out what the scheduler decides: starts blocks in the sandbox, writes what happens to the journal, and gives it
 * back to the scheduler. Begins where the journal ends: work that was started and has no result there is done again, less
 * the outputs it had delivered.
 */
export class ExecutionDriver {
  readonly #taken: TakenExecution
  readonly #parts: DriverParts
  readonly #scheduler: Scheduler
  readonly #pending: Decision[]
  readonly #interrupted: ReadonlySet<NodeExecution>
  readonly #calls = new Map<NodeExecution, () => void>()
  readonly #capabilitySessions: CapabilitySessions
  readonly #children: ChildRuns
  readonly #childStarts: ChildStarts
  readonly #foreseen = new ForeseenRuns()
  readonly #failed: FailedCalls
  readonly #losses: LossLog
  readonly #progress: ProgressReports
  readonly #retries: Retries
  readonly #sleeps: Sleeps
  /** Decisions that wait for their turn. */
  #todo: Decision[] = []
  #isCarryingOut = false
  #stopped = false
  /** Set while nothing more is started. */
  #drained: PromiseWithResolvers<void> | undefined

  constructor(taken: TakenExecution, parts: DriverParts) {
    this.#taken = taken
    this.#parts = parts
    const { scheduler, pending, interrupted } = fold(taken.plan, taken.events)
    this.#scheduler = scheduler
    this.#children = new ChildRuns(parts, {
      output: (run, pin, value) => {
        const at = { node: run.node.id, n: run.n, pin, value }
        this.#happen({ type: 'NodeOutput', ...at }, { type: 'output', ...at })
      },
      end: (run, error) => this.#finish(run, error),
    })
    this.#progress = new ProgressReports(({ node, n }, { fraction, note }) =>
      this.#append({ type: 'NodeProgress', node: node.id, n, fraction, ...(note !== '' && { note }) }),
    )
    this.#failed = new FailedCalls(parts, (run, error) => this.#finish(run, error))
    this.#losses = new LossLog(taken.plan, (event) => this.#append(event))
    this.#retries = new Retries(parts.random, (run) => this.#retry(run))
    this.#sleeps = new Sleeps(parts.now, { begin: (run, sleep) => this.#sleep(run, sleep), over: (run) => this.#wake(run) })
    this.#capabilitySessions = new CapabilitySessions({
      ...parts,
      taken,
      append: (event) => this.#append(event),
      inputsOf: (run) => this.#scheduler.inputsOf(run),
    })
    this.#childStarts = new ChildStarts({
      start: (run) => this.#startChild(run),
      failed: (run, error) => this.#finish(run, error),
      onError: (error) => parts.onError(error),
    })
    this.#pending = pending
    this.#interrupted = interrupted
  }

  start(): void {
    const { inputs, masks } = this.#taken
    const begin = masks ? { inputs, masks } : { inputs }
    if (this.#scheduler.status === 'QUEUED') this.#happen({ type: 'ExecutionStarted', ...begin }, { type: 'start', ...begin })
    else this.#resume()
  }

  #resume(): void {
    for (const decision of this.#pending) {
      if (this.#stopped) return
      if (decision.type === 'run' && decision.run.status !== 'RUNNING') continue // ended by one of those before it
      if (decision.type === 'run' && this.#interrupted.has(decision.run))
        this.#finish(decision.run, effectInterrupted(decision.run.node.block))
      else this.#carryOut([decision])
    }
    this.#tellIdle()
  }

  /**
   * Stops starting node executions, so that another worker can continue from the journal and make all further decisions again.
   *
   * @returns a promise that resolves when no running block has used a capability with external effects; undefined when there is none
   */
  drain(): Promise<void> | undefined {
    this.#drained ??= Promise.withResolvers()
    this.#retries.stop()
    this.#sleeps.stop()
    return this.#capabilitySessions.mayHaveEffects ? this.#drained.promise : undefined
  }

  /** Leaves everything as the journal has it. */
  stop(): void {
    this.#stopped = true
    this.#todo = []
    for (const abort of this.#calls.values()) abort()
    this.#capabilitySessions.closeAll()
    this.#calls.clear()
    this.#failed.stop()
    this.#progress.stop()
    this.#retries.stop()
    this.#sleeps.stop()
    this.#children.stop()
    this.#childStarts.stop()
    this.#foreseen.dropAll()
    this.#parts.sandbox.forget(this.#taken.id)
    this.#drained?.resolve()
  }

  #happen(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.#stopped) return
    this.#append(event)
    this.#carryOut(this.#scheduler.step(input))
  }

  #append(event: ExecutionEvent): void {
    this.#parts.journal.append(this.#taken.entry, event)
  }

  /** What a decision leads to at once is decided upon too; it takes its turn behind the others, not on top of them. */
  #carryOut(decisions: Decision[]): void {
    this.#todo.push(...decisions)
    if (this.#isCarryingOut) return
    this.#isCarryingOut = true
    for (let decision = this.#todo.shift(); decision; decision = this.#todo.shift()) this.#carryOutOne(decision)
    this.#isCarryingOut = false
  }

  #carryOutOne(decision: Decision): void {
    if (this.#drained && (decision.type === 'run' || decision.type === 'retry' || decision.type === 'wait')) return
    if (decision.type === 'run') this.#run(decision.run)
    else if (decision.type === 'graph-output') this.#append({ type: 'GraphOutput', name: decision.name, value: decision.value })
    else if (decision.type === 'retry') this.#retries.start(decision.run)
    else if (decision.type === 'wait') this.#sleeps.start(decision.run)
    else if (decision.type === 'abort') this.#abort(decision.run)
    else this.#end(decision)
  }

  #run(run: NodeExecution): void {
    if (run.status !== 'RUNNING') return // ended by a decision before it
    const { node, n, attempt } = run
    this.#append({ type: 'NodeStarted', node: node.id, n, attempt, ...(node.block.effectful && { marksEffects: true }) })
    const foreseen = this.#foreseen.take(run)
    if (foreseen && this.#adopt(run, foreseen)) return
    const input = inputText(() => this.#scheduler.inputsOf(run, this.#losses.watch(run)))
    if (input instanceof RangeError) this.#finish(run, { code: 'BLOCK_INPUT_INVALID', message: input.message })
    else if (run.node.block.kind === 'graph') this.#watch(this.#childStarts.start(run).then(() => this.#tellIdle()))
    else this.#call(run, input)
  }

  #adopt(run: NodeExecution, { call, stretch }: ForeseenRun): boolean {
    const abort = call.adopt(this.#requestOf(run), this.#sinkOf(run, stretch))
    if (abort && run.status === 'RUNNING') this.#calls.set(run, abort)
    return abort !== undefined
  }

  /** Whether nothing is left to do but to wait for children and for sleeps that are not over soon. */
  get isIdle(): boolean {
    const isBusy =
      this.#stopped || this.#calls.size + this.#failed.size > 0 || this.#retries.size > 0 || this.#childStarts.size > 0
    return !isBusy && this.#children.size + this.#sleeps.size > 0 && this.#sleeps.remainingMs > SOON_MS
  }

  #tellIdle(): void {
    if (this.isIdle) this.#parts.onIdle()
  }

  get waitingFor(): Reason {
    return reasonToWait(this.#children.nodes(), this.#sleeps.nodes(), this.wakeAt)
  }

  /** On the clock of the database. */
  get wakeAt(): Date | undefined {
    return this.#sleeps.nextAt === undefined ? undefined : new Date(this.#sleeps.nextAt)
  }

  get children(): ReadonlyMap<string, number> {
    return this.#children.seqs
  }

  /** A child is an effect: it starts after what led to it is committed. Started twice, it is there once. */
  async #startChild(run: NodeExecution): Promise<void> {
    const { id, ownerId, depth, entry } = this.#taken
    const { node, n, attempt } = run
    await this.#parts.journal.committed(entry)
    if (this.#stopped || entry.lost || run.status !== 'RUNNING') return
    const inputs = this.#scheduler.inputsOf(run)
    const childId = await this.#parts.children.start({ executionId: id, ownerId, depth, node, n, attempt }, inputs)
    await this.#children.follow(childId, run)
  }

  /** Failures of work that nobody awaits. */
  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.onError(error))
  }

  #call(run: NodeExecution, input: string): void {
    const stretch = this.#stretchOf(run)
    const request = { ...this.#requestOf(run), input: () => input, ...(stretch && { stretch: stretch.json }) }
    this.#calls.set(run, this.#parts.sandbox.call(request, this.#sinkOf(run, stretch)))
  }

  #requestOf(run: NodeExecution): CallRequest {
    return requestOf(this.#taken, run, () => this.#scheduler.inputsOf(run))
  }

  /** None where inputs are masked, and none for what is done again: there it is simpler to go step by step. */
  #stretchOf({ node, attempt, outputs }: NodeExecution): PlannedStretch | undefined {
    return this.#taken.masks || attempt > 1 || outputs > 0 ? undefined : stretchFrom(node)
  }

  #sinkOf(run: NodeExecution, stretch: PlannedStretch | undefined): CallSink {
    const { node, n } = run
    return {
      output: (pin, value, foreseen) => {
        const at = { node: node.id, n, pin, value }
        if (foreseen && stretch) this.#foreseen.add(stretch, value, foreseen)
        this.#happen({ type: 'NodeOutput', ...at }, { type: 'output', ...at })
      },
      hostCall: (method, args) =>
        method === 'sleep.begin'
          ? this.#sleeps.ask(run, args)
          : answerBlock(() => this.#capabilitySessions.perform(run, method, args), this.#parts.onError),
      restarted: () => this.#capabilitySessions.close(run),
      log: (level, text) => this.#append({ type: 'NodeLog', node: node.id, n, level, text }),
      progress: (fraction, note) => this.#progress.take(run, { fraction, note }),
      end: (error) => this.#endCall(run, error),
    }
  }

  /** The time limit of a block does not count against it while the journal cannot be written: it is called again after that. */
  #endCall(run: NodeExecution, error: AshlarError | undefined): void {
    if (error?.code === 'TIMEOUT' && this.#capabilitySessions.isHeldUp(run)) this.#watch(this.#callAgain(run))
    else if (error) this.#failed.end(run, error)
    else this.#finish(run, undefined)
  }

  async #callAgain(run: NodeExecution): Promise<void> {
    this.#capabilitySessions.close(run)
    this.#calls.set(run, () => {})
    await this.#parts.journal.committed(this.#taken.entry)
    if (!this.#stopped && !this.#taken.entry.lost && run.status === 'RUNNING')
      this.#call(run, JSON.stringify(this.#scheduler.inputsOf(run)))
  }

  #finish(run: NodeExecution, error: NodeError | undefined): void {
    this.#calls.delete(run)
    this.#capabilitySessions.close(run)
    this.#progress.flush(run)
    const { node, n, attempt } = run
    const event: ExecutionEvent = { type: 'NodeFinished', node: node.id, n, attempt }
    if (error) event.error = error
    const retryInMs = this.#retries.backoffOf(run, error)
    if (retryInMs !== undefined) event.retryInMs = retryInMs
    this.#happen(event, { type: 'finish', node: node.id, n, ...(error && { error }) })
    this.#tellIdle()
    if (!this.#capabilitySessions.mayHaveEffects) this.#drained?.resolve()
  }

  #retry({ node, n, attempt }: NodeExecution): void {
    this.#happen({ type: 'NodeRetried', node: node.id, n, attempt: attempt + 1 }, { type: 'retry', node: node.id, n })
  }

  /** Its call ends; nothing of it is left but the journal. */
  #sleep(run: NodeExecution, sleep: Sleep): void {
    this.#progress.flush(run)
    this.#abort(run)
    const at = { node: run.node.id, n: run.n, ...sleep }
    this.#happen({ type: 'NodeWaiting', ...at }, { type: 'wait', ...at })
    this.#tellIdle()
  }

  #wake({ node, n }: NodeExecution): void {
    this.#happen({ type: 'NodeResumed', node: node.id, n }, { type: 'resume', node: node.id, n })
  }

  #abort(run: NodeExecution): void {
    this.#calls.get(run)?.()
    this.#calls.delete(run)
    this.#failed.drop(run)
    this.#capabilitySessions.close(run)
    this.#progress.drop(run)
    this.#children.abort(run)
  }

  #end({ status, outputs, failedNodes, reason }: Extract<Decision, { type: 'end' }>): void {
    this.#append({ type: 'ExecutionFinished', status, outputs, failedNodes, ...(reason && { reason }) })
    this.stop()
  }
}
