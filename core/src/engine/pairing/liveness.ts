import type { Watch } from '../plan/index.ts'
import { type NodeExecution, type Scope, type Tag, ancestorAt } from './tags/index.ts'
import { WaiterQueue, type Waiter } from './waiters.ts'

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
