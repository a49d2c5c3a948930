import { describeUnavailable } from '../blocks/index.ts'
import { TOOLS_PIN, parseToolPin, selectValue } from '../pins/index.ts'
import { Budget } from './budget.ts'
import type { Decision, NodeError, SchedulerEvent } from './decisions.ts'
import { GraphOutputs } from './graph-outputs.ts'
import { resolveInputs, type InputMasks, type OnConverted } from './node-inputs.ts'
import { findLostItems, type NodeExecution, type Scope, type Sleep } from './pairing/index.ts'
import type { Plan, PlanLink, PlanNode } from './plan/index.ts'
import { ReadyQueue, SerialNodes } from './queue/index.ts'
import { Runs, type SchedulerOptions } from './runs.ts'
import { isFinal, type ExecutionStatus, type Reason } from './status.ts'
import { Steps } from './steps.ts'

/**
 * The scheduler takes an event and returns the decisions that follow from it. It has no clock, no I/O and no
 * randomness: the same events in the same order always produce the same state and the same decisions. Replaying the
 * journal therefore restores its state.
 *
 * An execution goes QUEUED → RUNNING → COMPLETED | FAILED | CANCELLED. The last three statuses are final, and every
 * later event is ignored.
 *
 * A node execution goes INCOMPLETE (lacks pins) → QUEUED (ready) → RUNNING → COMPLETED | FAILED | CANCELLED, and from
 * RUNNING back to QUEUED when a failed attempt is to be repeated. A sleeping block goes RUNNING → WAITING → QUEUED →
 * RUNNING. While it sleeps, it does not count towards the concurrency limit, but a serial node starts no other run.
 * After the sleep, the block runs again from its beginning, before all node executions that have not started yet.
 * Results of a node execution are also accepted while it is WAITING, or QUEUED after a sleep: a replay passes results
 * of the old journal that were recorded later.
 *
 * Comments refer to the rules of the execution semantics by number.
 */
export class Scheduler {
  readonly plan: Plan
  status: ExecutionStatus = 'QUEUED'
  readonly #runs: Runs
  readonly #steps: Steps
  readonly #outputs: GraphOutputs
  readonly #budget: Budget
  readonly #ready = new ReadyQueue()
  readonly #serials = new SerialNodes()
  #running = new Set<NodeExecution>()
  #waitingForRetry = new Set<NodeExecution>()
  #sleeping = new Set<NodeExecution>()
  /** Node executions whose sleep has ended and that wait for a free slot, oldest first. */
  #awake: NodeExecution[] = []
  readonly #failedNodes = new Set<string>()
  #given: { inputs: Record<string, unknown>; masks: InputMasks } = { inputs: {}, masks: {} }
  #decisions: Decision[] = []
  /** The place of the current event in the journal. */
  #seq: number | undefined
  readonly #select: typeof selectValue

  /** @param options see {@link SchedulerOptions} */
  constructor(
    plan: Plan,
    { select = selectValue, retains = true, retainsLoops = retains, maxGatheredChars }: SchedulerOptions = {},
  ) {
    this.plan = plan
    this.#select = select
    this.#runs = new Runs(plan, { retains, retainsLoops, maxGatheredChars }, (run) => this.#queue(run))
    this.#steps = new Steps(this.#runs)
    this.#outputs = new GraphOutputs(plan)
    this.#budget = new Budget(plan)
  }

  /** Applies one event and returns the resulting decisions in order. @param seq its place in the journal, if any */
  step(event: SchedulerEvent, seq?: number): Decision[] {
    this.#decisions = []
    this.#seq = seq
    if (event.type === 'start') this.#start(event.inputs, event.masks ?? {})
    else if (this.status === 'RUNNING') this.#apply(event)
    else if (event.type === 'cancel') this.#end('CANCELLED', event.reason)
    if (this.status === 'RUNNING') this.#settle()
    if (this.status === 'RUNNING') this.#dispatch()
    return this.#decisions
  }

  /** The values at the outputs of the graph so far, by name. */
  get outputs(): Record<string, unknown[]> {
    return this.#outputs.values
  }

  /** All node executions so far, by node in the order of the graph, then by number. */
  nodeExecutions(): NodeExecution[] {
    return this.plan.nodes.flatMap((node) => [...this.#runs.of(node)])
  }

  /** The executions of a node so far, by number. */
  executionsOf(node: PlanNode): readonly NodeExecution[] {
    return this.#runs.of(node)
  }

  nodeExecution(node: string, n: number): NodeExecution | undefined {
    const planned = this.plan.byId.get(node)
    return planned && this.#runs.find(planned, n)
  }

  /** The loops and cycles so far, in the order of their start. */
  scopes(): readonly Scope[] {
    return this.#runs.tagged?.loops.all ?? []
  }

  /** Why an output must not be recorded. The run then fails with this error. */
  refuseOutput(run: NodeExecution, pin: string, k?: number): NodeError | undefined {
    return this.#steps.refuse(run, pin) ?? this.#runs.tagged?.loops.refuse(run, pin, k)
  }

  /** Why a run must not start, or must not succeed. It then fails with this error. */
  refuseEnd(run: NodeExecution): NodeError | undefined {
    return this.#runs.tagged && (run.refusal ?? findLostItems(run) ?? this.#runs.tagged.loops.refuseEnd(run))
  }

  /** Why a run must not start. It then fails with this error. */
  refuseRun(run: NodeExecution): NodeError | undefined {
    const { block } = run.node
    if (block.unavailable !== undefined) return { code: 'NOT_AVAILABLE', message: describeUnavailable(block) }
    return run.refusal ?? (block.loopPin === undefined ? findLostItems(run) : undefined)
  }

  /**
   * Whether an output may be recorded now. If not, the loop of the run is full: its further outputs wait until the
   * decision `accept`.
   */
  canAccept(run: NodeExecution, pin: string, k?: number): boolean {
    return this.#runs.tagged?.loops.canAccept(run, pin, k) ?? true
  }

  /** Returns the inputs of a node execution: see {@link resolveInputs}. @throws {RangeError} */
  resolveInputs(run: NodeExecution, onConverted?: OnConverted): Record<string, unknown> {
    return resolveInputs(run, this.#given, onConverted)
  }

  get failedNodes(): string[] {
    return [...this.#failedNodes]
  }

  #start(inputs: Record<string, unknown>, masks: InputMasks): void {
    if (this.status !== 'QUEUED') return
    this.status = 'RUNNING'
    this.#given = { inputs, masks }
    for (const node of this.plan.nodes) if (node.isStart) this.#runs.start(node) // rule 1
  }

  #apply(event: Exclude<SchedulerEvent, { type: 'start' }>): void {
    if (event.type === 'cancel') return this.#end('CANCELLED', event.reason)
    const run = this.nodeExecution(event.node, event.n)
    if (!run) return
    if (event.type === 'retry') this.#retry(run)
    else if (event.type === 'resume') this.#resume(run)
    else if (event.type === 'override') run.override = event.inputs
    else if (!this.#hasBegun(run)) return // a late result of a superseded attempt: rule 18
    else if (event.type === 'wait') this.#wait(run, event)
    else if (event.type === 'output') this.#output(run, event)
    else this.#finish(run, event.error)
  }

  #output(run: NodeExecution, { pin, value, k }: Extract<SchedulerEvent, { type: 'output' }>): void {
    run.outputs++
    this.#runs.beginOutput(run, pin, k)
    if (!this.#steps.take(run, pin, value)) this.#deliver(run, pin, value)
    this.#runs.endOutput(run)
  }

  #hasBegun(run: NodeExecution): boolean {
    return run.status === 'RUNNING' || run.status === 'WAITING' || this.#awake.includes(run) || this.#startEarly(run)
  }

  /** Starts a queued run of which the journal has a result: a rewritten journal lacks runs that came before. */
  #startEarly(run: NodeExecution): boolean {
    if (run.status !== 'QUEUED' || this.#waitingForRetry.has(run)) return false
    if (run.node.block.serial) this.#serials.remove(run)
    this.#run(run)
    return true
  }

  #wait(run: NodeExecution, { sleep, until }: Sleep): void {
    if (run.status !== 'RUNNING') return
    this.#running.delete(run)
    this.#sleeping.add(run)
    this.#runs.setActive(run, false)
    run.status = 'WAITING'
    run.currentSleep = { sleep, until }
    this.#decisions.push({ type: 'wait', run })
  }

  #resume(run: NodeExecution): void {
    if (!this.#sleeping.has(run)) return
    this.#wake(run)
    this.#runs.setActive(run, true)
    run.status = 'QUEUED'
    this.#awake.push(run)
  }

  #wake(run: NodeExecution): void {
    this.#sleeping.delete(run)
    run.slept = run.currentSleep?.sleep ?? run.slept
    run.currentSleep = undefined
  }

  #finish(run: NodeExecution, error: NodeError | undefined): void {
    this.#running.delete(run)
    if (run.currentSleep) {
      this.#wake(run)
      this.#runs.setActive(run, true)
    }
    if (run.status === 'QUEUED') this.#awake = this.#awake.filter((each) => each !== run)
    this.#serials.end(run)
    if (!error) {
      run.status = 'COMPLETED'
      if (run.step?.next) return this.#steps.wait(run)
      this.#runs.end(run, undefined)
      this.#steps.end(run)
      return
    }
    if (error.again || (error.retryable && run.attempt < (run.node.retry?.attempts ?? 1))) {
      run.status = 'QUEUED'
      this.#waitingForRetry.add(run)
      this.#decisions.push({ type: 'retry', run, error })
      return
    }
    this.#fail(run, error)
  }

  /** Rules 11 and 12. */
  #fail(run: NodeExecution, { code, message, position, stack }: NodeError): void {
    run.status = 'FAILED'
    run.error = { code, message, ...(position && { position }), ...(stack !== undefined && { stack }) }
    const { node } = run
    this.#failedNodes.add(node.id)
    const isCall = run.call !== undefined
    if (!isCall) this.#runs.beginOutput(run, 'error', undefined)
    if (!isCall) this.#deliver(run, 'error', message)
    const isHandled = isCall || node.links.has('error') || this.#runs.handleFailure(run, run.error)
    this.#runs.end(run, run.error)
    this.#steps.end(run)
    if (this.plan.onUnhandledError === 'FAIL' && !isHandled)
      this.#end('FAILED', { code, message: `node "${node.id}" (${node.block.qualifiedName}): ${message}`, node: node.id })
  }

  #retry(run: NodeExecution): void {
    if (!this.#waitingForRetry.delete(run)) return
    run.attempt++
    this.#ready.push(run)
  }

  /** Rule 4. */
  #deliver(run: NodeExecution, pin: string, value: unknown): void {
    const { links } = run.node
    const tool = parseToolPin(pin)
    if (tool) return this.#deliverToTool(run, links.get(TOOLS_PIN) ?? [], tool, value)
    for (const link of links.get(pin) ?? []) {
      const selected = link.steps.length === 0 ? value : this.#select(value, link.steps)
      if (selected !== undefined) this.#runs.deliver(run, link, selected, this.#seq)
    }
  }

  /** Rule 16: to exactly that node and pin. */
  #deliverToTool(
    run: NodeExecution,
    links: readonly PlanLink[],
    { node, pin }: { node: string; pin: string },
    value: unknown,
  ): void {
    const call = this.#steps.callFor(run, { node, pin })
    const link = links.find(({ sink, sinkPin }) => sink.id === node && sinkPin === pin)
    if (!link) return
    if (call) this.#steps.deliver(call)
    this.#runs.deliverArgument(run, link, value, this.#seq, call)
  }

  #queue(run: NodeExecution): void {
    run.status = 'CANCELLED' // unless the execution is running and has budget left
    if (this.status !== 'RUNNING' || !this.#steps.begin(run)) return
    const exceeded = this.#budget.use(run) // rule 14
    if (exceeded) return this.#end('FAILED', exceeded)
    run.status = 'QUEUED'
    this.#runs.open(run)
    this.#ready.push(run)
    const output = run.refusal ? undefined : this.#outputs.collect(run)
    if (output) this.#decisions.push({ type: 'graph-output', ...output })
  }

  /** Decides what waits until values can no longer arrive. */
  #settle(): void {
    for (const run of this.#runs.settle(() => this.status === 'RUNNING')) this.#decisions.push({ type: 'accept', run })
  }

  /** Rule 10. A run of a serial node waits until the node is free, without blocking the runs behind it in the queue. */
  #dispatch(): void {
    while (this.#running.size - this.#runs.heldCount < this.plan.concurrency && this.status === 'RUNNING') {
      const run = this.#awake.shift() ?? this.#serials.next() ?? this.#takeReady()
      if (!run) break
      this.#run(run)
    }
    const asleep = this.#sleeping.size + this.#awake.length
    const waiting = asleep + this.#waitingForRetry.size + this.#serials.size + this.#ready.size
    if (this.#running.size + waiting > 0 || this.status !== 'RUNNING') return
    if (!this.#steps.unblock()) return this.#end('COMPLETED')
    this.#settle()
    this.#dispatch()
  }

  #takeReady(): NodeExecution | undefined {
    return this.#ready.take((run) => run.status === 'QUEUED' && !this.#waitingForRetry.has(run) && this.#serials.admit(run))
  }

  #run(run: NodeExecution): void {
    run.status = 'RUNNING'
    this.#running.add(run)
    this.#decisions.push({ type: 'run', run })
  }

  #end(status: ExecutionStatus, reason?: Reason): void {
    if (isFinal(this.status)) return
    this.status = status
    for (const run of this.#running) this.#decisions.push({ type: 'abort', run })
    const asleep = [...this.#sleeping, ...this.#awake]
    const waiting = [...this.#serials.drain(), ...this.#ready.drain(), ...this.#waitingForRetry]
    for (const run of [...this.#running, ...asleep, ...waiting]) run.status = 'CANCELLED'
    for (const run of asleep) run.currentSleep = undefined
    this.#running.clear()
    this.#sleeping.clear()
    this.#awake = []
    this.#waitingForRetry.clear()
    this.#steps.clear()
    const end: Decision = { type: 'end', status, ...this.#outputs.inOrder(), failedNodes: this.failedNodes }
    this.#decisions.push(reason ? { ...end, reason } : end)
  }
}
