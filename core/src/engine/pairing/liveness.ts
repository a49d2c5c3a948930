import type { Watch } from '../plan/index.ts'
import type { NodeExecution } from './node-execution.ts'
import { ancestorAt, compareTags, type Scope, type Tag } from './tags.ts'

/** What happens once certain values can no longer arrive: a list is complete, a run does without a pin. */
export interface Waiter {
  /** The tag at which it happens. */
  readonly tag: Tag
  /** The place of its node in the topological order. */
  readonly order: number
  /** Does it, if the values can no longer arrive. Otherwise waits again. */
  settle(): void
}

/**
 * Counts the runs that have not ended, by tag and by what they may still cause.
 *
 * A waiter waits for a count to become 0. Waiters are settled one at a time and only after a step is complete: upstream
 * first, then the longer tag. A waiter that becomes due while others are settled takes its place among them. Source:
 * execution semantics, rule 32; the page of the engine explains the counts.
 */
export class Liveness {
  /** Scopes whose number of live iterations has changed. */
  readonly touched = new Set<Scope>()
  readonly #due = new WaiterQueue()

  /** Called when a run is queued, and when it has ended. */
  setAlive({ node, tag }: NodeExecution, isAlive: boolean): void {
    const change = isAlive ? 1 : -1
    for (const watch of node.flow?.watches ?? []) this.#count(tag, watch, change)
    for (let each: Tag | undefined = tag; each?.scope; each = each.parent) {
      const before = each.alive
      each.alive = before + change
      if ((before === 0) === (each.alive === 0)) continue
      each.scope.alive += change
      this.touched.add(each.scope)
    }
  }

  /** Called when a run is queued or resumed, and when it ends or waits. */
  setActive({ tag }: NodeExecution, isActive: boolean): void {
    const change = isActive ? 1 : -1
    for (let each: Tag | undefined = tag; each?.scope; each = each.parent) {
      const before = each.active
      each.active = before + change
      if ((before === 0) === (each.active === 0)) continue
      each.scope.active += change
      this.touched.add(each.scope)
    }
  }

  /**
   * Whether a run may still cause the value that a watch is about, for a tag. If so, the waiter is settled when this
   * may have changed.
   */
  waitIfAlive(tag: Tag, watch: Watch | undefined, waiter: Waiter): boolean {
    if (!watch) return false
    if ((tag.counts?.get(watch.index) ?? 0) > 0) {
      this.#wait(tag, watch, waiter)
      return true
    }
    for (const { depth, source, pin } of watch.pending) {
      const { scope, index } = ancestorAt(tag, depth) ?? {}
      if (scope?.producer?.node !== source || scope.isProduced || (scope.counts.get(pin) ?? 0) > (index ?? 0)) continue
      this.waitForScope(scope, waiter)
      return true
    }
    for (const { depth, link } of watch.carried) {
      const at = ancestorAt(tag, depth)
      if (!at?.scope?.carries?.has(link) || at.carried?.has(link)) continue
      this.#wait(at, CARRIED, waiter)
      return true
    }
    return watch.outer.some((outer) => {
      const at = ancestorAt(tag, outer.depth)
      return at !== undefined && this.waitIfAlive(at, outer, waiter)
    })
  }

  #wait(tag: Tag, { index }: Pick<Watch, 'index'>, waiter: Waiter): void {
    tag.waiters ??= new Map()
    const waiters = tag.waiters.get(index)
    if (waiters) waiters.add(waiter)
    else tag.waiters.set(index, new Set([waiter]))
  }

  /** Settles the waiter when the producer of the scope yields another value, or ends. */
  waitForScope(scope: Scope, waiter: Waiter): void {
    scope.waiters ??= new Set()
    scope.waiters.add(waiter)
  }

  wakeScope(scope: Scope): void {
    if (!scope.waiters) return
    for (const waiter of scope.waiters) this.#due.add(waiter as Waiter)
    scope.waiters = undefined
  }

  /** Settles the waiters of an iteration that has received what the one before it carries. */
  wakeCarried(tag: Tag): void {
    this.#wake(tag, CARRIED.index)
  }

  /** Settles the waiter after this step. */
  poke(waiter: Waiter): void {
    this.#due.add(waiter)
  }

  /** Settles all waiters whose values may no longer arrive. @param isRunning stops when it returns false */
  settle(isRunning: () => boolean): void {
    for (let waiter = this.#due.take(); waiter && isRunning(); waiter = this.#due.take()) waiter.settle()
  }

  #count(tag: Tag, { index, depth }: Watch, change: number): void {
    const at = ancestorAt(tag, depth)
    if (!at) return
    at.counts ??= new Map()
    const count = (at.counts.get(index) ?? 0) + change
    at.counts.set(index, count)
    if (count > 0) return
    this.#wake(at, index)
  }

  #wake(tag: Tag, index: number): void {
    const waiters = tag.waiters?.get(index)
    if (!waiters) return
    tag.waiters?.delete(index)
    for (const waiter of waiters) this.#due.add(waiter as Waiter)
  }
}

/** What waits for a carried value. Watches have larger numbers. */
const CARRIED = { index: -1 }

/** The tag of a waiter may change while it is in the queue. */
interface Entry {
  waiter: Waiter
  order: number
  tag: Tag
}

/** Waiters by priority: upstream first, then innermost first. A binary heap, each waiter once. */
class WaiterQueue {
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
