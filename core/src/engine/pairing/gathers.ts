import type { GatherPlan, PinFlow, PlanNode } from '../plan/index.ts'
import type { GatheredList } from './gathered-list.ts'
import { GatheredPlaces, GatheredValues, type GatherMemory } from './gathered-values.ts'
import {
  type Lineage,
  type LoopReport,
  type NodeExecution,
  type Scope,
  type Tag,
  commonLineage,
  compareLineages,
  compareTags,
} from './tags/index.ts'
import type { Liveness } from './liveness.ts'
import type { Entry } from './slot.ts'
import type { Waiter } from './waiters.ts'

interface GatherParts {
  liveness: Liveness
  memory: GatherMemory
  onComplete(gather: Gather): void
}

/** The values that a collect pin gathers for one tag. */
class Gather implements Waiter {
  readonly plan: GatherPlan
  readonly tag: Tag
  readonly order: number
  readonly #parts: GatherParts
  readonly #values: GatheredValues
  readonly #places = new GatheredPlaces()
  readonly #lineages = new Map<number, Lineage>()
  readonly scopes: Scope[] = []
  /** The number of iterations, by the collections to which those of one opener count. */
  readonly iterations = new Map<readonly GatherPlan[], number>()
  delivered = 0
  /** The failed producer, and its message: the first one in the order of tags. */
  failure: Failure | undefined
  isComplete = false

  constructor(plan: GatherPlan, tag: Tag, parts: GatherParts) {
    this.plan = plan
    this.tag = tag
    this.order = plan.node.flow?.order ?? 0
    this.#parts = parts
    this.#values = new GatheredValues(parts.memory)
  }

  /** @param seq the event of the journal that has the value */
  add({ value, link, lineage }: Entry, tag: Tag, seq: number | undefined): void {
    if (lineage) this.#lineages.set(this.#values.length, lineage)
    this.#values.add(value, link, seq)
    this.#places.add(tag)
  }

  settle(): void {
    if (this.isComplete) return
    const watch = this.plan.watch.byDepth.get(this.tag.depth)
    if (this.#parts.liveness.waitIfAlive(this.tag, watch, this)) return
    this.isComplete = true
    this.#parts.onComplete(this)
  }

  /** The values in the order of their iterations, then of their links. */
  list(): unknown[] | GatheredList {
    const { links } = this.plan.pin
    if (this.#places.isSorted) return this.#values.toList(undefined, links)
    const order = Uint32Array.from({ length: this.#values.length }, (_, i) => i)
    return this.#values.toList(
      order.sort((a, b) => this.#compare(a, b)),
      links,
    )
  }

  #compare(a: number, b: number): number {
    return (
      this.#places.compare(a, b) ||
      this.#values.linkOf(a) - this.#values.linkOf(b) ||
      compareLineages(this.#lineages.get(a), this.#lineages.get(b)) ||
      a - b
    )
  }
}

/** Gathers the values of loops at collect pins. Source: execution semantics, rules 27 and 28. */
export class Gathers {
  readonly #liveness: Liveness
  readonly #parts: GatherParts
  readonly #deliver: (pin: PinFlow, entry: Entry, tag: Tag) => void

  /** @param deliver delivers a complete list: an array or a {@link GatheredList} */
  constructor(liveness: Liveness, memory: GatherMemory, deliver: (pin: PinFlow, entry: Entry, tag: Tag) => void) {
    this.#liveness = liveness
    this.#parts = { liveness, memory, onComplete: (gather) => this.#complete(gather) }
    this.#deliver = deliver
  }

  /** Begins the collections that end with a scope, also those of an empty loop. */
  open(scope: Scope): void {
    for (const plan of scope.collections?.begun ?? []) {
      const gather = this.#at(scope.parent, plan)
      gather.scopes.push(scope)
      this.#liveness.poke(gather)
    }
  }

  /** @param seq the event of the journal that has the value */
  add(plan: GatherPlan, entry: Entry, tag: Tag, seq: number | undefined): void {
    const gather = this.#find(plan, tag)
    if (!gather) return
    gather.add(entry, tag, seq)
    const counted = countedPart(plan, tag)
    if (counted.gathered?.has(plan.node)) return
    if (!counted.gathered && counted.scope) counted.scope.delivered++
    counted.gathered ??= new Set()
    counted.gathered.add(plan.node)
    gather.delivered++
  }

  /** Counts an iteration for the collections of which it is an item. */
  count({ collections }: Scope, tag: Tag): void {
    const plans = collections?.counted ?? []
    for (const plan of plans) {
      const gather = this.#find(plan, tag)
      gather?.iterations.set(plans, (gather.iterations.get(plans) ?? 0) + 1)
    }
  }

  /** The producer of a scope has failed, so lists of its iterations are incomplete. */
  fail({ producer, parent, collections }: Scope, message: string): void {
    if (!producer) return
    for (const plan of collections?.closing ?? []) {
      const gather = parent.gathers?.get(plan) ?? this.#find(plan, parent)
      if (gather instanceof Gather) gather.failure = firstFailure(gather.failure, { producer, message })
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
      failure: gathers.map(({ failure }) => failure).reduce(firstFailure, undefined)?.message ?? null,
    }
  }

  #at(tag: Tag, plan: GatherPlan): Gather {
    tag.gathers ??= new Map()
    const known = tag.gathers.get(plan)
    if (known instanceof Gather) return known
    const gather = new Gather(plan, tag, this.#parts)
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

interface Failure {
  producer: NodeExecution
  message: string
}

/** Not the first one in time. */
function firstFailure(a: Failure | undefined, b: Failure | undefined): Failure | undefined {
  if (!a || !b) return a ?? b
  const [one, other] = [a.producer, b.producer]
  const order =
    compareTags(one.tag, other.tag) || one.node.index - other.node.index || compareLineages(one.lineage, other.lineage)
  return order <= 0 ? a : b
}

/** The iteration that counts as an item of the list. A failure in an inner loop belongs to the iteration around it. */
function countedPart(plan: GatherPlan, tag: Tag): Tag {
  for (let each: Tag | undefined = tag; each?.scope; each = each.parent)
    if (each.scope.collections?.counted.includes(plan) === true) return each
  return tag
}
