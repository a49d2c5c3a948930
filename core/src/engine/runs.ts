import {
  ArrivalPairing,
  GatherMemory,
  Liveness,
  Tag,
  TaggedPairing,
  type NodeExecution,
  type NodeFailure,
  type RunStep,
  type ToolCall,
} from './pairing/index.ts'
import type { selectValue } from '../pins/index.ts'
import type { Plan, PlanLink, PlanNode } from './plan/index.ts'

/** What a scheduler keeps, and how it reads values. */
export interface SchedulerOptions {
  /**
   * Returns the part of a value that a link passes on; undefined if there is none. A caller whose events carry
   * references instead of values selects from the references. @default selectValue
   */
  select?: typeof selectValue
  /**
   * Whether to keep node executions that have ended. A driver does not need them, and an execution may have millions.
   * @default true
   */
  retains?: boolean
  /** Whether to keep loops that have ended. @default retains */
  retainsLoops?: boolean
  /**
   * The maximum length of the collections in memory, as JSON text. A collection that exceeds it keeps the `seq` of its
   * values and becomes a `GatheredList`. @default none
   */
  maxGatheredChars?: number
}

/** What is kept after it has ended. */
interface Retention {
  retains: boolean
  retainsLoops: boolean
  maxGatheredChars: number | undefined
}

/**
 * The node executions of one execution. Depending on the graph, it pairs values in the order of arrival or by their
 * iterations.
 */
export class Runs {
  readonly tagged: TaggedPairing | undefined
  readonly #arrivals = new Map<PlanNode, ArrivalPairing>()
  readonly #root = new Tag()
  readonly #liveness = new Liveness()
  readonly #byNode: Map<number, NodeExecution>[]
  readonly #retains: boolean
  readonly #onReady: (run: NodeExecution) => void
  /** Producers that are running and whose loop is full. They use no slot. */
  readonly #held = new Set<NodeExecution>()
  /** The iteration of the value that is being delivered. */
  #tag = this.#root

  /** @param onReady receives each node execution that has all values */
  constructor(plan: Plan, { retains, retainsLoops, maxGatheredChars }: Retention, onReady: (run: NodeExecution) => void) {
    this.#retains = retains
    this.#onReady = onReady
    this.#byNode = plan.nodes.map(() => new Map())
    if (plan.pairing === 'TAGGED') {
      const parts = { liveness: this.#liveness, memory: new GatherMemory(maxGatheredChars) }
      this.tagged = new TaggedPairing(plan, this.#root, parts, (run, isReady) => this.#add(run, isReady))
      this.tagged.loops.retains = retainsLoops
    } else for (const node of plan.nodes) this.#arrivals.set(node, new ArrivalPairing(node, this.#root))
  }

  /** The executions of a node, by number. */
  of(node: PlanNode): readonly NodeExecution[] {
    return this.#arrivals.get(node)?.executions ?? [...(this.#byNode[node.index]?.values() ?? [])]
  }

  find(node: PlanNode, n: number): NodeExecution | undefined {
    return this.tagged ? this.#byNode[node.index]?.get(n) : this.#arrivals.get(node)?.executions[n - 1]
  }

  get heldCount(): number {
    return this.#held.size
  }

  start(node: PlanNode): void {
    if (this.tagged) this.tagged.start(node)
    else {
      const run = this.#arrivals.get(node)?.start()
      if (run) this.#onReady(run)
    }
  }

  /** Called when a run is queued for the first time. */
  open(run: NodeExecution): void {
    if (!this.tagged) return
    this.#liveness.setAlive(run, true)
    this.#liveness.setActive(run, true)
    this.tagged.loops.open(run)
  }

  setActive(run: NodeExecution, isActive: boolean): void {
    if (this.tagged) this.#liveness.setActive(run, isActive)
  }

  /** Called when a run has ended. */
  end(run: NodeExecution, error: NodeFailure | undefined): void {
    if (!this.tagged) return
    this.tagged.loops.end(run, error)
    if (error) markFailed(run.tag)
    this.#liveness.setActive(run, false)
    this.#liveness.setAlive(run, false)
    if (!this.#retains) this.#byNode[run.node.index]?.delete(run.n)
  }

  /** @returns whether a loop around the run catches its failure */
  handleFailure(run: NodeExecution, error: NodeFailure): boolean {
    return this.tagged?.loops.handleFailure(run, error) ?? false
  }

  /** Called before the deliveries of an output. */
  beginOutput(run: NodeExecution, pin: string, k: number | undefined): void {
    if (!this.tagged) return
    this.#tag = this.tagged.loops.tagOf(run, pin, k)
    if (this.#tag !== run.tag) return
    run.yielded ??= new Set()
    run.yielded.add(pin)
  }

  endOutput(run: NodeExecution): void {
    this.tagged?.loops.yielded(run)
  }

  /** Delivers an argument of a tool call. @param call undefined if the graph runs the tools */
  deliverArgument(run: NodeExecution, link: PlanLink, value: unknown, seq: number | undefined, call?: ToolCall): void {
    if (call && this.tagged) this.#tag.call = call
    if (!call || this.tagged) return this.deliver(run, link, value, seq)
    for (const each of this.#arrivals.get(link.sink)?.deliverArgument(call, link.sinkPin, value) ?? []) this.#onReady(each)
  }

  /** Called when a step has ended. @param onOver called when nothing can run in its calls any more, if it is known */
  awaitCalls(run: NodeExecution, onOver: () => void): void {
    if (!this.tagged) return
    this.#liveness.setActive(run, false)
    this.tagged.loops.awaitCalls(run, onOver)
  }

  /** Queues the next step of a run, and ends the run. */
  queueStep(run: NodeExecution, step: RunStep): void {
    const next = this.tagged?.repeat(run) ?? this.#arrivals.get(run.node)?.repeat(run)
    if (!next) return
    Object.assign(next, { step, call: run.call, collected: run.collected, override: run.override })
    if (this.tagged) this.#add(next, true)
    else this.#onReady(next)
    this.setActive(run, true)
    this.end(run, undefined)
  }

  /** @param seq the event of the journal from which the link takes the value */
  deliver(run: NodeExecution, link: PlanLink, value: unknown, seq: number | undefined): void {
    if (this.tagged) return this.tagged.arrive(link, value, this.#tag, run.lineage, seq)
    const { sink, sinkPin, isStatic } = link
    const pairing = this.#arrivals.get(sink)
    const ready = isStatic ? pairing?.deliverStatic(sinkPin, value) : pairing?.deliver(sinkPin, value)
    for (const each of ready ?? []) this.#onReady(each)
  }

  /**
   * Decides what waits until values can no longer arrive.
   *
   * @returns the producers whose loops have room again
   */
  settle(isRunning: () => boolean): NodeExecution[] {
    if (!this.tagged) return []
    this.#liveness.settle(isRunning)
    const accepting: NodeExecution[] = []
    for (const scope of this.#liveness.touched) {
      const { producer } = scope
      if (!producer) continue
      if (this.tagged.loops.isFull(scope)) this.#held.add(producer)
      else if (this.#held.delete(producer) && !scope.isProduced) accepting.push(producer)
    }
    this.#liveness.touched.clear()
    return accepting
  }

  #add(run: NodeExecution, isReady: boolean): void {
    if (isReady) {
      this.#byNode[run.node.index]?.set(run.n, run)
      this.#onReady(run)
    } else if (this.#retains) this.#byNode[run.node.index]?.set(run.n, run)
  }
}

function markFailed(failed: Tag): void {
  for (let tag: Tag | undefined = failed; tag?.scope && !tag.hasFailed; tag = tag.parent) {
    tag.hasFailed = true
    tag.scope.failed++
  }
}
