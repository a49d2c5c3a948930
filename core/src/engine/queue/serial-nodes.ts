import type { NodeExecution } from '../pairing/index.ts'
import type { PlanNode } from '../plan/index.ts'

interface Held {
  run: NodeExecution
  /** Its position among all runs that were held back. */
  order: number
}

/**
 * Holds back runs of serial nodes that reach the head of the queue while their node runs. The runs of each node stay in
 * order.
 */
export class SerialNodes {
  /** The run that occupies each node. */
  readonly #busy = new Map<PlanNode, NodeExecution>()
  #held = new Map<PlanNode, Held[]>()
  /** The first run of each node that is free again, in the order of the queue. */
  #freed: Held[] = []
  #order = 0
  #size = 0

  /** The number of runs that are held back. */
  get size(): number {
    return this.#size
  }

  /** Occupies the node of a run that is to start, or holds the run back. @returns whether the run may start */
  admit(run: NodeExecution): boolean {
    const { node } = run
    if (!node.block.serial) return true
    if (!this.#busy.has(node)) {
      this.#busy.set(node, run)
      return true
    }
    const held = this.#held.get(node)
    const entry = { run, order: this.#order++ }
    if (held) held.push(entry)
    else this.#held.set(node, [entry])
    this.#size++
    return false
  }

  /** Takes the next run that was held back and may start. It precedes all runs in the queue. */
  next(): NodeExecution | undefined {
    const freed = this.#freed.shift()
    if (!freed) return undefined
    this.#size--
    this.#busy.set(freed.run.node, freed.run)
    return freed.run
  }

  /** Called when a run has ended or waits for another attempt. */
  end(run: NodeExecution): void {
    const { node } = run
    if (this.#busy.get(node) !== run) return
    this.#busy.delete(node)
    const held = this.#held.get(node)
    const first = held?.shift()
    if (!first) return
    if (held?.length === 0) this.#held.delete(node)
    this.#freed = [...this.#freed, first].toSorted((a, b) => a.order - b.order)
  }

  /** Removes a run that starts although its node is occupied, because its results are known. */
  remove(run: NodeExecution): void {
    const held = this.#held.get(run.node)?.filter((each) => each.run !== run)
    const freed = this.#freed.filter((each) => each.run !== run)
    if (held && held.length > 0) this.#held.set(run.node, held)
    else this.#held.delete(run.node)
    this.#freed = freed
    this.#size = this.#freed.length + [...this.#held.values()].reduce((sum, { length }) => sum + length, 0)
  }

  /** Removes and returns all runs that are held back, in the order of the queue. */
  drain(): NodeExecution[] {
    const all = [...this.#freed, ...[...this.#held.values()].flat()].toSorted((a, b) => a.order - b.order)
    this.#freed = []
    this.#held = new Map()
    this.#size = 0
    return all.map(({ run }) => run)
  }
}
