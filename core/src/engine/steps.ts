import { isToolPin } from '../pins/index.ts'
import type { NodeError } from './decisions.ts'
import {
  compareLineages,
  compareTags,
  type CallResult,
  type NodeExecution,
  type NodeFailure,
  type ToolCall,
} from './pairing/index.ts'
import type { Runs } from './runs.ts'

/**
 * The steps of nodes whose block runs in steps, and their tool calls. Source: execution semantics, rules 37 to 39.
 *
 * A run that has asked for the next step is COMPLETED when its block has ended, but remains alive for everything that
 * waits for its values. When nothing can run in its calls any more, the next step is queued, and the run ends.
 */
export class Steps {
  readonly #runs: Runs
  /** Runs that have asked for the next step and have ended. */
  readonly #waiting = new Set<NodeExecution>()

  constructor(runs: Runs) {
    this.#runs = runs
  }

  /** Why an output must not be recorded. */
  refuse({ node: { block }, outputs, step }: NodeExecution, pin: string): NodeError | undefined {
    const { stepPin, qualifiedName } = block
    if (stepPin === undefined || pin === 'error') return undefined
    const start = `block ${qualifiedName} yields on "${pin}"`
    if (pin === stepPin && outputs > 0)
      return { code: 'BLOCK_OUTPUT_INVALID', message: `${start} after another value: it must ask for the next step first` }
    if (!step?.next || isToolPin(pin)) return undefined
    const message = `${start} although it has asked for the next step: only tool calls may follow a value on "${stepPin}"`
    return { code: 'BLOCK_OUTPUT_INVALID', message }
  }

  /** @returns whether the output goes no further: it asks for the next step, or is the result of a tool call */
  take(run: NodeExecution, pin: string, value: unknown): boolean {
    if (run.step && pin === run.node.block.stepPin) {
      run.step.next = { value, calls: [], byNode: new Map(), open: new Set() }
      return true
    }
    if (!run.call || isToolPin(pin)) return false
    run.call.results.find((result) => result.run === run)?.outputs.push([pin, value])
    return true
  }

  /** Returns the call that an argument belongs to; undefined if the graph runs the tools. Rule 23 counts the same. */
  callFor(caller: NodeExecution, { node, pin }: { node: string; pin: string }): ToolCall | undefined {
    const next = caller.step?.next
    if (!next) return undefined
    const ofNode = next.byNode.get(node) ?? { calls: [], filled: new Map<string, number>() }
    next.byNode.set(node, ofNode)
    // An argument belongs to the first call that lacks one for its pin, so those that have one come first.
    const place = ofNode.filled.get(pin) ?? 0
    ofNode.filled.set(pin, place + 1)
    const found = ofNode.calls[place]
    const call = found ?? {
      caller,
      node,
      pins: new Set(),
      isDelivered: false,
      results: [],
      open: 0,
      isOver: false,
    }
    call.pins.add(pin)
    if (found) return call
    next.calls.push(call)
    ofNode.calls.push(call)
    return call
  }

  /** Called when a link has delivered an argument. */
  deliver(call: ToolCall): void {
    call.isDelivered = true
    track(call)
  }

  /** Called when a run has all its values. @returns whether it may run */
  begin(run: NodeExecution): boolean {
    run.call ??= run.tag.call
    const { call } = run
    if (call?.isOver) return false
    if (!call) return true
    call.results.push({ run, outputs: [] })
    call.open++
    track(call)
    return true
  }

  /** Called when a run has ended. */
  end({ call }: NodeExecution): void {
    if (!call) return
    call.open--
    track(call)
    this.#check(call.caller)
  }

  /** Called when the block of a run that has asked for the next step has ended. */
  wait(run: NodeExecution): void {
    this.#waiting.add(run)
    this.#runs.awaitCalls(run, () => this.#proceed(run))
    this.#check(run)
  }

  /**
   * Nothing else can happen in the execution: the calls of one run end without a result. It is the first one in the
   * order of the graph.
   *
   * @returns whether there is one
   */
  unblock(): boolean {
    const [first] = [...this.#waiting].toSorted(comparePlaces)
    if (first) this.#proceed(first)
    return first !== undefined
  }

  clear(): void {
    this.#waiting.clear()
  }

  /** In a graph that pairs values in the order of arrival, one node execution carries out each call. */
  #check(caller: NodeExecution): void {
    if (this.#runs.tagged || !this.#waiting.has(caller)) return
    if (caller.step?.next?.open.size === 0) this.#proceed(caller)
  }

  #proceed(run: NodeExecution): void {
    const { step } = run
    if (!step?.next || !this.#waiting.delete(run)) return
    for (const call of step.next.calls) call.isOver = true
    const record = { value: step.next.value, calls: step.next.calls.map(toResult) }
    this.#runs.queueStep(run, { number: step.number + 1, earlier: [...step.earlier, record], next: undefined })
    this.end(run)
  }
}

/** Updates whether the call is among the open calls of its step. */
function track(call: ToolCall): void {
  const open = call.caller.step?.next?.open
  if (call.results.length === 0 ? call.isDelivered : call.open > 0) open?.add(call)
  else open?.delete(call)
}

function toResult({ node, results }: ToolCall): CallResult {
  const inOrder = results.toSorted(({ run: a }, { run: b }) => compareLineages(a.lineage, b.lineage) || a.n - b.n)
  const outputs: Record<string, unknown[]> = {}
  const pairs = inOrder.flatMap((result) => result.outputs)
  for (const [pin, same] of Map.groupBy(pairs, ([pin]) => pin))
    Object.defineProperty(outputs, pin, { value: same.map(([, value]) => value), enumerable: true })
  const failed = inOrder.find(({ run }) => run.error)?.run.error
  const error = results.length === 0 ? notRun(node) : failed
  return { nodeId: node, outputs, ...(error && { error: { code: error.code, message: error.message } }) }
}

function notRun(node: string): NodeFailure {
  const message = `node "${node}" did not run, because another of its linked pins received no value`
  return { code: 'TOOL_NOT_RUN', message }
}

function comparePlaces(a: NodeExecution, b: NodeExecution): number {
  return (
    (a.node.flow?.order ?? a.node.index) - (b.node.flow?.order ?? b.node.index) ||
    b.tag.depth - a.tag.depth ||
    compareTags(a.tag, b.tag) ||
    compareLineages(a.lineage, b.lineage) ||
    a.n - b.n
  )
}
