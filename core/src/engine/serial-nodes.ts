import type { NodeExecution } from './pairing.ts'
import type { PlanNode } from './plan.ts'

interface Held {
  run: NodeExecution
  /** Its place in the queue, among all that were held back. */
  order: number
}

/** Node executions of serial nodes that came to the head of the queue while their node ran: held back, each node's in order. */
export class SerialNodes {
  readonly #busy = new Set<PlanNode>()
  #held = new Map<PlanNode, Held[]>()
  /** The first of each node that is free again, in the order of the queue. */
  #freed: Held[] = []
  #order = 0
  #size = 0

  /** How many are held back. */
  get size(): number {
    return this.#size
  }

  /** Takes the node of a run that is to start, or holds the run back. @returns whether it may start; always for a node that is not serial */
  admit(run: NodeExecution): boolean {
    const { node } = run
    if (!node.block.serial) return true
    if (!this.#busy.has(node)) {
      this.#busy.add(node)
      return true
    }
    const held = this.#held.get(node)
    const entry = { run, order: this.#order++ }
    if (held) held.push(entry)
    else this.#held.set(node, [entry])
    this.#size++
    return false
  }

  /** The next run that was held back and may start: it came before everything that is in the queue. */
  next(): NodeExecution | undefined {
    const freed = this.#freed.shift()
    if (!freed) return undefined
    this.#size--
    this.#busy.add(freed.run.node)
    return freed.run
  }

  /** A run has ended, or waits for another attempt. */
  end({ node }: NodeExecution): void {
    if (!this.#busy.delete(node)) return
    const held = this.#held.get(node)
    const first = held?.shift()
    if (!first) return
    if (held?.length === 0) this.#held.delete(node)
    this.#freed = [...this.#freed, first].toSorted((a, b) => a.order - b.order)
  }

  /** Takes out all that are held back, in the order of the queue. */
  drain(): NodeExecution[] {
    const all = [...this.#freed, ...[...this.#held.values()].flat()].toSorted((a, b) => a.order - b.order)
    this.#freed = []
    this.#held = new Map()
    this.#size = 0
    return all.map(({ run }) => run)
  }
}
