import type { PlanLink, PlanNode } from '../plan/index.ts'
import type { Liveness } from './liveness.ts'
import type { Entry } from './slot.ts'
import type { Scope, Tag } from './tags/index.ts'
import type { Waiter } from './waiters.ts'

/** Nothing was carried: the constant of the pin, or the value of another link, applies. */
type Carried = Entry | 'none'

/** A link that carries the value of each iteration of one loop to the next one. */
class Carry implements Waiter {
  readonly link: PlanLink
  readonly scope: Scope
  readonly order: number
  readonly #liveness: Liveness
  readonly #resolve: (node: PlanNode, tag: Tag) => void
  /** The first iteration whose result is not known yet, the value that it has received, and its tag once it exists. */
  at = 0
  #received: Carried = 'none'
  #current: Tag | undefined
  readonly #delivered = new WeakSet<Tag>()
  /** Results of later iterations. */
  readonly #results = new Map<Tag, Entry>()

  constructor(link: PlanLink, scope: Scope, liveness: Liveness, resolve: (node: PlanNode, tag: Tag) => void) {
    this.link = link
    this.scope = scope
    this.order = (link.source.flow?.order ?? 0) + 0.5
    this.#liveness = liveness
    this.#resolve = resolve
  }

  get tag(): Tag {
    return this.#current ?? this.scope.parent
  }

  /** The next iteration exists. */
  begin(tag: Tag): void {
    if (tag.index !== this.at) return
    this.#current = tag
    tag.carried ??= new Map()
    tag.carried.set(this.link, this.#received)
    this.#liveness.wakeCarried(tag)
    this.#resolve(this.link.sink, tag)
    const result = this.#results.get(tag)
    if (result) this.#next(result)
    else this.#liveness.poke(this)
  }

  /** @returns false if the iteration has carried a value before */
  deliver(entry: Entry, tag: Tag): boolean {
    if (this.#delivered.has(tag)) return false
    this.#delivered.add(tag)
    this.#results.set(tag, entry)
    if (tag === this.#current) this.#next(entry)
    return true
  }

  /** An iteration that can yield nothing any more passes on what it has received. */
  settle(): void {
    const tag = this.#current
    if (!tag) return
    if (this.scope.open.has(tag.index) && !this.scope.isProduced && this.#lacksValues(tag)) {
      this.#liveness.waitForScope(this.scope, this)
      return
    }
    const watch = this.link.flow?.watch?.byDepth.get(tag.depth)
    if (this.#liveness.waitIfAlive(tag, watch, this)) return
    this.#next(this.#received)
  }

  #lacksValues({ index }: Tag): boolean {
    const pins = this.scope.producer?.node.flow?.linkedManyPins ?? []
    return pins.some((pin) => (this.scope.counts.get(pin) ?? 0) <= index)
  }

  #next(value: Carried): void {
    if (this.#current) this.#results.delete(this.#current)
    const isReceived = this.#current !== undefined && !this.#lacksValues(this.#current)
    this.#received = value
    this.#current = undefined
    this.at++
    if (isReceived && Carries.firstWaiting(this.scope) === this.at) this.scope.open.delete(this.at - 1)
    this.#liveness.touched.add(this.scope)
    const next = this.scope.open.get(this.at)
    if (next) this.begin(next)
  }
}

/** The links that carry values from one iteration to the next. Source: execution semantics, rule 29. */
export class Carries {
  readonly #liveness: Liveness
  readonly #resolve: (node: PlanNode, tag: Tag) => void

  /** @param resolve called when it is known what a node receives in an iteration */
  constructor(liveness: Liveness, resolve: (node: PlanNode, tag: Tag) => void) {
    this.#liveness = liveness
    this.#resolve = resolve
  }

  open(scope: Scope, links: readonly PlanLink[]): void {
    if (links.length === 0) return
    scope.carries = new Map(links.map((link) => [link, new Carry(link, scope, this.#liveness, this.#resolve)]))
  }

  begin(scope: Scope, tag: Tag): void {
    for (const carry of scope.carries?.values() ?? []) (carry as Carry).begin(tag)
  }

  /** @returns false if the iteration has carried a value before */
  deliver(link: PlanLink, entry: Entry, tag: Tag): boolean {
    const carry = tag.scope?.carries?.get(link)
    // The notes of one iteration say nothing about the next one.
    return !(carry instanceof Carry) || carry.deliver({ ...entry, lineage: tag.scope?.producer?.lineage }, tag)
  }

  /** @returns undefined if it is not known yet */
  valueAt(tag: Tag, link: PlanLink): Carried | undefined {
    return tag.carried?.get(link) as Carried | undefined
  }

  /** The first iteration that waits for a carried value. */
  static firstWaiting(scope: Scope): number {
    return Math.min(...[...(scope.carries?.values() ?? [])].map((carry) => (carry as Carry).at))
  }
}
