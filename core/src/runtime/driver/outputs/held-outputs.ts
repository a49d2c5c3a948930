import type { ExecutionEvent, NodeError, NodeExecution, Scheduler } from '../../../engine/index.ts'
import { LoopRates } from './loop-rates.ts'
import type { Output } from './output.ts'

/** Decides whether an output may be recorded. */
export type OutputGate = Pick<Scheduler, 'refuseOutput' | 'canAccept'>

/** An output to record. */
type RecordedOutput = Omit<Extract<ExecutionEvent, { type: 'NodeOutput' }>, 'type'>

export interface OutputSink {
  record(output: RecordedOutput): void
  /** An output is not valid. Ends the call and the run. */
  fail(run: NodeExecution, error: NodeError): void
}

/** Calls back after a delay. @returns a function that cancels the callback */
export type SetTimer = (delayMs: number, callback: () => void) => () => void

interface Held {
  outputs: Output[]
  /** Set once the run has ended. */
  end: (() => void) | undefined
  /** Resolves when no output is held. */
  emptied: PromiseWithResolvers<void> | undefined
  cancelTimer: (() => void) | undefined
  /** Outputs are held until {@link HeldOutputs.release}. */
  isBlocked: boolean
  isPassing: boolean
}

/**
 * The outputs of runs whose loop is full or has reached its rate, in order. The run ends after its outputs. They are
 * not in the journal, so a worker that takes the execution runs the block again, and the block yields them again.
 */
export class HeldOutputs {
  readonly #gate: OutputGate
  readonly #sink: OutputSink
  readonly #rates: LoopRates
  readonly #setTimer: SetTimer
  readonly #held = new Map<NodeExecution, Held>()

  /** @param now milliseconds */
  constructor(gate: OutputGate, sink: OutputSink, now: () => number, setTimer: SetTimer) {
    this.#gate = gate
    this.#sink = sink
    this.#rates = new LoopRates(now)
    this.#setTimer = setTimer
  }

  /** Whether an output is recorded later without any event of the execution. */
  get hasTimers(): boolean {
    return this.#held.values().some(({ cancelTimer }) => cancelTimer)
  }

  /** Records an output, or holds it. */
  take(run: NodeExecution, output: Output): void {
    const held = this.#held.get(run)
    if (held) held.outputs.push(output)
    else if (run.node.loop?.ratePerSecond === undefined && this.#gate.canAccept(run, output.pin, output.k))
      this.#pass(run, output)
    else {
      this.#hold(run).outputs.push(output)
      this.accept(run)
    }
  }

  /** @param end ends the run, after its outputs */
  end(run: NodeExecution, end: () => void): void {
    const held = this.#held.get(run)
    if (held) held.end = end
    else end()
  }

  /** @returns a promise that resolves when no output of the run is held; undefined if none is */
  emptied(run: NodeExecution): Promise<void> | undefined {
    const held = this.#held.get(run)
    return held && (held.emptied ??= Promise.withResolvers()).promise
  }

  /** The held outputs of a run. */
  of(run: NodeExecution): readonly Output[] {
    return this.#held.get(run)?.outputs ?? []
  }

  /** Holds all outputs of a run until {@link release}. */
  block(run: NodeExecution): void {
    this.#hold(run).isBlocked = true
  }

  release(run: NodeExecution): void {
    const held = this.#held.get(run)
    if (held) held.isBlocked = false
    this.accept(run)
  }

  /** Records held outputs, as many as the loop of the run accepts. */
  accept(run: NodeExecution): void {
    const held = this.#held.get(run)
    if (!held || held.isPassing || held.isBlocked) return // the caller that passes outputs continues
    held.isPassing = true
    const passed = this.#passAll(run, held)
    held.isPassing = false
    held.outputs.splice(0, passed)
    if (held.outputs.length > 0 || this.#held.get(run) !== held) return
    this.#held.delete(run)
    held.emptied?.resolve()
    held.end?.()
  }

  /** Discards the held outputs of a run. */
  drop(run: NodeExecution): void {
    this.#held.get(run)?.cancelTimer?.()
    this.#held.delete(run)
  }

  stop(): void {
    for (const run of this.#held.keys()) this.drop(run)
  }

  #hold(run: NodeExecution): Held {
    const known = this.#held.get(run)
    if (known) return known
    const held = { outputs: [], end: undefined, emptied: undefined, cancelTimer: undefined, isBlocked: false, isPassing: false }
    this.#held.set(run, held)
    return held
  }

  /** @returns the number of outputs that were passed */
  #passAll(run: NodeExecution, held: Held): number {
    let passed = 0
    for (let output = held.outputs[0]; output && this.#held.get(run) === held; output = held.outputs[passed]) {
      if (!this.#gate.canAccept(run, output.pin, output.k) || this.#waitForRate(run, output, held)) break
      passed++
      this.#pass(run, output)
    }
    return passed
  }

  #waitForRate(run: NodeExecution, output: Output, held: Held): boolean {
    if (held.cancelTimer) return true
    const delayMs = this.#rates.delayMs(run, output)
    if (delayMs === 0) return false
    held.cancelTimer = this.#setTimer(delayMs, () => {
      held.cancelTimer = undefined
      this.accept(run)
    })
    return true
  }

  #pass(run: NodeExecution, { pin, value, k }: Output): void {
    const refusal = this.#gate.refuseOutput(run, pin, k)
    if (!refusal) return this.#sink.record({ node: run.node.id, n: run.n, pin, value, ...(k !== undefined && { k }) })
    this.drop(run)
    this.#sink.fail(run, refusal)
  }
}
