import type { GatherPlan, PinFlow, PlanNode } from '../plan/index.ts'
import type { Lineage } from './lineage.ts'
import { commonLineage, compareLineages } from './lineage.ts'
import type { Liveness } from './liveness.ts'
import type { LoopReport } from './node-execution.ts'
import type { Entry } from './slot.ts'
import { compareTags, type Scope, type Tag } from './tags.ts'
import type { Waiter } from './waiters.ts'

/** The values that a collect pin gathers for one tag. */
class Gather implements Waiter {
  readonly plan: GatherPlan
  readonly tag: Tag
  readonly order: number
  readonly #liveness: Liveness
  readonly #onComplete: (gather: Gather) => void
  readonly #values: unknown[] = []
  /** The place of each value: its index in the only loop that the list is about, or its tag. */
  readonly #places: (number | Tag)[] = []
  readonly #links: number[] = []
  readonly #lineages = new Map<number, Lineage>()
  readonly scopes: Scope[] = []
  /** The number of iterations, by the collections to which those of one opener count. */
  readonly iterations = new Map<readonly GatherPlan[], number>()
  delivered = 0
  failure: string | undefined
  isComplete = false

  constructor(plan: GatherPlan, tag: Tag, liveness: Liveness, onComplete: (gather: Gather) => void) {
    this.plan = plan
    this.tag = tag
    this.order = plan.node.flow?.order ?? 0
    this.#liveness = liveness
    this.#onComplete = onComplete
  }

  add({ value, link, lineage }: Entry, tag: Tag): void {
    if (lineage) this.#lineages.set(this.#values.length, lineage)
    this.#values.push(value)
    this.#places.push(tag.scope === this.scopes[0] && !tag.from ? tag.index : tag)
    this.#links.push(link)
  }

  settle(): void {
    if (this.isComplete) return
    const watch = this.plan.watch.byDepth.get(this.tag.depth)
    if (this.#liveness.waitIfAlive(this.tag, watch, this)) return
    this.isComplete = true
    this.#onComplete(this)
  }

  /** The values in the order of their iterations, then of their links. */
  list(): unknown[] {
    const places = this.#places
    const isSorted = places.every((place, i) => {
      const before = places[i - 1]
      return typeof place === 'number' && (i === 0 || (typeof before === 'number' && before < place))
    })
    if (isSorted) return this.#values
    return [...places.keys()].toSorted((a, b) => this.#compare(a, b)).map((i) => this.#values[i])
  }

  #compare(a: number, b: number): number {
    const [one, other] = [this.#places[a], this.#places[b]]
    const difference =
      typeof one === 'number' && typeof other === 'number' ? one - other : compareTags(this.#tagOf(one), this.#tagOf(other))
    if (difference !== 0) return difference
    return (this.#links[a] ?? 0) - (this.#links[b] ?? 0) || compareLineages(this.#lineages.get(a), this.#lineages.get(b))
  }

  /** A tag that compares like the place. */
  #tagOf(place: number | Tag | undefined): Tag {
    if (typeof place === 'object') return place
    const [scope] = this.scopes
    return { parent: this.tag, scope, index: place ?? 0, depth: this.tag.depth + 1 } as Tag
  }
}

/** Gathers the values of loops at collect pins. Source: execution semantics, rules 27 and 28. */
export class Gathers {
  readonly #liveness: Liveness
  readonly #deliver: (pin: PinFlow, entry: Entry, tag: Tag) => void

  /** @param deliver delivers a complete list */
  constructor(liveness: Liveness, deliver: (pin: PinFlow, entry: Entry, tag: Tag) => void) {
    this.#liveness = liveness
    this.#deliver = deliver
  }

  /** Begins the collections that end with a scope, also those of an empty loop. */
  open(scope: Scope, plans: readonly GatherPlan[]): void {
    for (const plan of plans) {
      const gather = this.#at(scope.parent, plan)
      gather.scopes.push(scope)
      this.#liveness.poke(gather)
    }
  }

  add(plan: GatherPlan, entry: Entry, tag: Tag): void {
    const gather = this.#find(plan, tag)
    if (!gather) return
    gather.add(entry, tag)
    const counted = countedPart(plan, tag)
    if (counted.gathered?.has(plan.node)) return
    if (!counted.gathered && counted.scope) counted.scope.delivered++
    counted.gathered ??= new Set()
    counted.gathered.add(plan.node)
    gather.delivered++
  }

  /** Counts an iteration for the collections of which it is an item. */
  count(plans: readonly GatherPlan[], tag: Tag): void {
    for (const plan of plans) {
      const gather = this.#find(plan, tag)
      gather?.iterations.set(plans, (gather.iterations.get(plans) ?? 0) + 1)
    }
  }

  /** The producer of a scope has failed, so lists of its iterations are incomplete. */
  fail(plans: readonly GatherPlan[], scope: Scope, message: string): void {
    for (const plan of plans) {
      const gather = scope.parent.gathers?.get(plan) ?? this.#find(plan, scope.parent)
      if (gather instanceof Gather) gather.failure ??= message
    }
  }

  /** What the collect pins of a node have gathered for a tag. */
  reportAt(tag: Tag, node: PlanNode): LoopReport {
    const gathers = nearestGathers(tag, node)
    const counts = new Map<unknown, number>()
    for (const gather of gathers)
      for (const [opener, count] of gather.iterations) counts.set(opener, Math.max(count, counts.get(opener) ?? 0))
    const iterations = [...counts.values()].reduce((sum, count) => sum + count, 0)
    const delivered = gathers.reduce((sum, gather) => sum + gather.delivered, 0)
    return {
      iterations,
      dropped: iterations - delivered,
      failure: gathers.find(({ failure }) => failure !== undefined)?.failure ?? null,
    }
  }

  #at(tag: Tag, plan: GatherPlan): Gather {
    tag.gathers ??= new Map()
    const known = tag.gathers.get(plan)
    if (known instanceof Gather) return known
    const gather = new Gather(plan, tag, this.#liveness, (complete) => this.#complete(complete))
    tag.gathers.set(plan, gather)
    return gather
  }

  /** The collection for the innermost scope around a tag that its node closes. */
  #find(plan: GatherPlan, tag: Tag): Gather | undefined {
    for (let each: Tag | undefined = tag; each; each = each.parent) {
      const found = each.parent?.gathers?.get(plan)
      if (found instanceof Gather && found.scopes.includes(each.scope as Scope)) return found
    }
    return undefined
  }

  #complete(gather: Gather): void {
    const { plan, tag, scopes } = gather
    const lineage = scopes.map((scope) => scope.lineage).reduce(commonLineage)
    this.#deliver(plan.pin, { value: gather.list(), lineage, link: plan.pin.links[0]?.index ?? 0 }, tag)
  }
}

/** For each collect pin, the list that a run with this tag takes: the one with the longest tag. */
function nearestGathers(tag: Tag, node: PlanNode): Gather[] {
  const found = new Map<unknown, Gather>()
  for (let each: Tag | undefined = tag; each; each = each.parent)
    for (const [plan, gather] of each.gathers ?? [])
      if (gather instanceof Gather && gather.plan.node === node && !found.has(plan)) found.set(plan, gather)
  return [...found.values()]
}

/** The iteration that counts as an item of the list. A failure in an inner loop belongs to the iteration around it. */
function countedPart(plan: GatherPlan, tag: Tag): Tag {
  for (let each: Tag | undefined = tag; each?.scope; each = each.parent) {
    const { producer, cycle, kind } = each.scope
    const counted = cycle?.counted ?? (kind === 'TOOLS' ? producer?.node.flow?.toolCounted : producer?.node.flow?.counted)
    if (counted?.includes(plan)) return each
  }
  return tag
}
