import { TOOLS_PIN, parseToolPin, selectValue } from '../pins/index.ts'
import { budgetExceeded } from './budget.ts'
import { arrivedValue, resolveInputs, type InputMasks, type OnConverted } from './node-inputs.ts'
import { Pairing, type NodeExecution, type NodeFailure, type Sleep } from './pairing.ts'
import type { Plan, PlanLink, PlanNode } from './plan.ts'
import { SerialNodes } from './serial-nodes.ts'
import { isFinal, type ExecutionStatus, type Reason } from './status.ts'

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
 * The rules are rules 1 to 18 of the execution semantics; comments refer to them by number.
 */
export type SchedulerEvent =
  | { type: 'start'; inputs: Record<string, unknown>; masks?: InputMasks }
  | { type: 'output'; node: string; n: number; pin: string; value: unknown }
  | { type: 'finish'; node: string; n: number; error?: NodeError }
  /** The next attempt of a failed run is due. */
  | { type: 'retry'; node: string; n: number }
  /** The block sleeps, and its call has ended. */
  | { type: 'wait'; node: string; n: number; sleep: number; until: number }
  /** The sleep has ended. */
  | { type: 'resume'; node: string; n: number }
  /** A node execution that has not run yet runs on these inputs instead of its own. */
  | { type: 'override'; node: string; n: number; inputs: Record<string, unknown> }
  | { type: 'cancel'; reason: Reason }

export interface NodeError extends NodeFailure {
  /** Another attempt may succeed. */
  retryable?: boolean
  /** Repeat the run regardless of the node's retry policy, because a user has requested it. */
  again?: boolean
}

export type Decision =
  /** Run the block now with {@link Scheduler.resolveInputs}. */
  | { type: 'run'; run: NodeExecution }
  /** Pass `retry` to the scheduler after the backoff of the node. */
  | { type: 'retry'; run: NodeExecution; error: NodeError }
  /** Pass `resume` to the scheduler when the sleep ends. */
  | { type: 'wait'; run: NodeExecution }
  /** A value has arrived at an output of the graph. */
  | { type: 'graph-output'; name: string; value: unknown }
  /** Stop the run, because its execution has ended. */
  | { type: 'abort'; run: NodeExecution }
  | { type: 'end'; status: ExecutionStatus; outputs: Record<string, unknown[]>; failedNodes: string[]; reason?: Reason }

export class Scheduler {
  readonly plan: Plan
  status: ExecutionStatus = 'QUEUED'
  readonly outputs: Record<string, unknown[]> = {}
  readonly #nodes: Map<PlanNode, Pairing>
  /** Ready node executions, oldest first. The index `#next` points to the first one that has not been taken. */
  #ready: NodeExecution[] = []
  #next = 0
  readonly #serials = new SerialNodes()
  #running = new Set<NodeExecution>()
  #waitingForRetry = new Set<NodeExecution>()
  #sleeping = new Set<NodeExecution>()
  /** Node executions whose sleep has ended and that wait for a free slot, oldest first. */
  #awake: NodeExecution[] = []
  #total = 0
  readonly #failedNodes = new Set<string>()
  #given: { inputs: Record<string, unknown>; masks: InputMasks } = { inputs: {}, masks: {} }
  #decisions: Decision[] = []
  readonly #select: typeof selectValue

  /**
   * @param select returns the part of a value that a link passes on; undefined if there is none. A caller whose events
   * carry references instead of values selects from the references. @default {@link selectValue}
   */
  constructor(plan: Plan, select = selectValue) {
    this.plan = plan
    this.#select = select
    this.#nodes = new Map(plan.nodes.map((node) => [node, new Pairing(node)]))
  }

  /** Applies one event and returns the resulting decisions in order. */
  step(event: SchedulerEvent): Decision[] {
    this.#decisions = []
    if (event.type === 'start') this.#start(event.inputs, event.masks ?? {})
    else if (this.status === 'RUNNING') this.#apply(event)
    else if (event.type === 'cancel') this.#end('CANCELLED', event.reason)
    if (this.status === 'RUNNING') this.#dispatch()
    return this.#decisions
  }

  /** All node executions so far, by node in the order of the graph, then by number. */
  nodeExecutions(): NodeExecution[] {
    return [...this.#nodes.values()].flatMap(({ executions }) => executions)
  }

  /** The executions of a node so far, by number. */
  executionsOf(node: PlanNode): readonly NodeExecution[] {
    return this.#nodes.get(node)?.executions ?? []
  }

  nodeExecution(node: string, n: number): NodeExecution | undefined {
    const planned = this.plan.byId.get(node)
    return planned && this.#nodes.get(planned)?.executions[n - 1]
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
    for (const [node, pairing] of this.#nodes) if (node.isStart) this.#queue(pairing.start()) // rule 1
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
    else if (event.type === 'output') this.#output(run, event.pin, event.value)
    else this.#finish(run, event.error)
  }

  #output(run: NodeExecution, pin: string, value: unknown): void {
    run.outputs++
    this.#deliver(run.node, pin, value)
  }

  #hasBegun(run: NodeExecution): boolean {
    return run.status === 'RUNNING' || run.status === 'WAITING' || this.#awake.includes(run)
  }

  #wait(run: NodeExecution, { sleep, until }: Sleep): void {
    if (run.status !== 'RUNNING') return
    this.#running.delete(run)
    this.#sleeping.add(run)
    run.status = 'WAITING'
    run.currentSleep = { sleep, until }
    this.#decisions.push({ type: 'wait', run })
  }

  #resume(run: NodeExecution): void {
    if (!this.#sleeping.has(run)) return
    this.#wake(run)
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
    if (run.currentSleep) this.#wake(run)
    if (run.status === 'QUEUED') this.#awake = this.#awake.filter((each) => each !== run)
    this.#serials.end(run)
    if (!error) {
      run.status = 'COMPLETED'
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
    this.#deliver(node, 'error', message)
    if (this.plan.onUnhandledError === 'FAIL' && !node.links.has('error'))
      this.#end('FAILED', { code, message: `node "${node.id}" (${node.block.qualifiedName}): ${message}`, node: node.id })
  }

  #retry(run: NodeExecution): void {
    if (!this.#waitingForRetry.delete(run)) return
    run.attempt++
    this.#ready.push(run)
  }

  /** Rules 4 to 6. */
  #deliver(source: PlanNode, pin: string, value: unknown): void {
    const tool = parseToolPin(pin)
    if (tool) return this.#deliverToTool(source, tool.node, tool.pin, value)
    for (const link of source.links.get(pin) ?? []) {
      const selected = link.steps.length === 0 ? value : this.#select(value, link.steps)
      if (selected !== undefined) this.#deliverTo(link, selected)
    }
  }

  /** Rule 16: to exactly that node and pin. */
  #deliverToTool(source: PlanNode, sink: string, sinkPin: string, value: unknown): void {
    const link = source.links.get(TOOLS_PIN)?.find((each) => each.sink.id === sink && each.sinkPin === sinkPin)
    if (link) this.#deliverTo(link, value)
  }

  #deliverTo({ sink, sinkPin, isStatic }: PlanLink, value: unknown): void {
    const pairing = this.#nodes.get(sink)
    const ready = isStatic ? pairing?.deliverStatic(sinkPin, value) : pairing?.deliver(sinkPin, value)
    for (const run of ready ?? []) this.#queue(run)
  }

  #queue(run: NodeExecution): void {
    run.status = 'CANCELLED' // unless the execution is running and has budget left
    if (this.status !== 'RUNNING') return
    if (++this.#total > this.plan.budget) return this.#end('FAILED', budgetExceeded(this.plan.budget, this.#nodes, run.node)) // rule 14
    run.status = 'QUEUED'
    this.#ready.push(run)
    this.#collectOutput(run)
  }

  /** Rule 17. */
  #collectOutput({ node, values }: NodeExecution): void {
    if (node.block.kind !== 'output') return
    const value = arrivedValue(node, values)
    const name = node.constants.name
    if (typeof name !== 'string' || value === undefined) return
    if (!Object.hasOwn(this.outputs, name))
      Object.defineProperty(this.outputs, name, { value: [], enumerable: true, configurable: true, writable: true })
    this.outputs[name]?.push(value)
    this.#decisions.push({ type: 'graph-output', name, value })
  }

  /** Rule 10. A run of a serial node waits until the node is free, without blocking the runs behind it in the queue. */
  #dispatch(): void {
    while (this.#running.size < this.plan.concurrency && this.status === 'RUNNING') {
      const run = this.#awake.shift() ?? this.#serials.next() ?? this.#takeReady()
      if (!run) break
      this.#run(run)
    }
    if (this.#next > 1024 || this.#next === this.#ready.length) {
      this.#ready = this.#ready.slice(this.#next)
      this.#next = 0
    }
    const asleep = this.#sleeping.size + this.#awake.length
    const waiting = asleep + this.#waitingForRetry.size + this.#serials.size + this.#ready.length - this.#next
    if (this.#running.size + waiting === 0 && this.status === 'RUNNING') this.#end('COMPLETED')
  }

  #takeReady(): NodeExecution | undefined {
    for (let run = this.#ready[this.#next]; run; run = this.#ready[this.#next]) {
      this.#next++
      if (this.#serials.admit(run)) return run
    }
    return undefined
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
    const waiting = [...this.#serials.drain(), ...this.#ready.slice(this.#next), ...this.#waitingForRetry]
    for (const run of [...this.#running, ...asleep, ...waiting]) run.status = 'CANCELLED'
    for (const run of asleep) run.currentSleep = undefined
    this.#running.clear()
    this.#sleeping.clear()
    this.#awake = []
    this.#waitingForRetry.clear()
    this.#ready = []
    this.#next = 0
    const end: Decision = { type: 'end', status, outputs: this.outputs, failedNodes: this.failedNodes }
    this.#decisions.push(reason ? { ...end, reason } : end)
  }
}
