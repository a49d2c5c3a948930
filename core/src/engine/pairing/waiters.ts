import { type Tag, compareTags } from './tags/index.ts'

/** What happens once certain values can no longer arrive: a list is complete, a run does without a pin. */
export interface Waiter {
  /** The tag at which it happens. */
  readonly tag: Tag
  /** The place of its node in the topological order. */
  readonly order: number
  /** Does it, if the values can no longer arrive. Otherwise waits again. */
  settle(): void
}

/** The tag of a waiter may change while it is in the queue. */
interface Entry {
  waiter: Waiter
  order: number
  tag: Tag
}

/** Waiters by priority: upstream first, then innermost first. A binary heap, each waiter once. */
export class WaiterQueue {
  readonly #heap: Entry[] = []
  readonly #members = new Set<Waiter>()

  add(waiter: Waiter): void {
    if (this.#members.has(waiter)) return
    this.#members.add(waiter)
    let i = this.#heap.push({ waiter, order: waiter.order, tag: waiter.tag }) - 1
    for (let parent = (i - 1) >> 1; i > 0 && this.#isBefore(i, parent); parent = (i - 1) >> 1) {
      this.#swap(i, parent)
      i = parent
    }
  }

  take(): Waiter | undefined {
    const [first] = this.#heap
    if (!first) return undefined
    this.#members.delete(first.waiter)
    this.#swap(0, this.#heap.length - 1)
    this.#heap.pop()
    for (let i = 0, child = this.#firstChild(0); this.#isBefore(child, i); child = this.#firstChild(i)) {
      this.#swap(i, child)
      i = child
    }
    return first.waiter
  }

  #firstChild(i: number): number {
    const left = 2 * i + 1
    return this.#isBefore(left + 1, left) ? left + 1 : left
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]]
    return a !== undefined && b !== undefined && compareEntries(a, b) < 0
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#heap[i], this.#heap[j]]
    if (!a || !b) return
    this.#heap[i] = b
    this.#heap[j] = a
  }
}

function compareEntries(a: Entry, b: Entry): number {
  return a.order - b.order || b.tag.depth - a.tag.depth || compareTags(a.tag, b.tag)
}
