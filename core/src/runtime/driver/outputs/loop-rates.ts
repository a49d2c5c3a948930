import type { NodeExecution, PlanNode } from '../../../engine/index.ts'
import type { Output } from './output.ts'

/** Limits how many iterations the loops of a node start per second. Unused time is not saved up. */
export class LoopRates {
  readonly #now: () => number
  /** The earliest time of the next iteration. */
  readonly #nextAt = new Map<PlanNode, number>()

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts an output that is recorded now. @returns 0, or the milliseconds to wait before it may be recorded */
  delayMs(run: NodeExecution, output: Output): number {
    const rate = run.node.loop?.ratePerSecond
    if (rate === undefined || !startsIteration(run, output)) return 0
    const now = this.#now()
    const nextAt = this.#nextAt.get(run.node) ?? now
    if (now < nextAt) return nextAt - now
    this.#nextAt.set(run.node, now + 1000 / rate)
    return 0
  }
}

function startsIteration({ loop, node }: NodeExecution, { pin, k }: Output): boolean {
  if (!loop || !node.block.manyPins.has(pin)) return false
  return (k ?? loop.counts.get(pin) ?? 0) >= loop.opened
}
