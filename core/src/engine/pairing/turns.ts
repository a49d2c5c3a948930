import type { CyclePlan } from '../plan/index.ts'
import type { Gathers } from './gathers.ts'
import { type Lineage, Scope, Tag, commonLineage, lineageKey } from './tags/index.ts'

/** The turns of cycles. Source: execution semantics, rule 30. */
export class Turns {
  readonly #gathers: Gathers
  readonly #onScope: (scope: Scope) => void

  /** @param onScope receives each cycle that starts for an outer tag */
  constructor(gathers: Gathers, onScope: (scope: Scope) => void) {
    this.#gathers = gathers
    this.#onScope = onScope
  }

  /** The first turn for values from outside that have this tag. */
  first(cycle: CyclePlan, tag: Tag, lineage: Lineage): Tag {
    tag.cycles ??= new Map()
    const known = tag.cycles.get(cycle)
    const scope = known ?? new Scope('CYCLE', tag, undefined, cycle)
    scope.lineage = known ? commonLineage(known.lineage, lineage) : lineage
    if (!known) {
      tag.cycles.set(cycle, scope)
      this.#onScope(scope)
      this.#gathers.open(scope)
    }
    const turn = scope.open.get(0) ?? this.#open(scope, new Tag(tag, scope, 0))
    scope.open.set(0, turn)
    return turn
  }

  /**
   * The turn to which a back edge leads. Each iteration of an inner loop, and each lineage, has a next turn of its own.
   *
   * @returns undefined for the failure of a run outside of the cycle, which had to choose between two values
   */
  next(cycle: CyclePlan, tag: Tag, lineage: Lineage): Tag | undefined {
    const inside = lineage?.filter(({ node }) => cycle.nodes.has(node))
    const key = lineageKey(inside)
    tag.nexts ??= new Map()
    const turns = tag.nexts.get(cycle) ?? new Map<string, Tag>()
    tag.nexts.set(cycle, turns)
    const known = turns.get(key)
    if (known) return known
    let current: Tag | undefined = tag
    while (current && current.scope?.cycle !== cycle) current = current.parent
    if (!current?.scope) return undefined
    const turn = new Tag(current.parent, current.scope, current.index + 1, { tag, lineage: inside })
    turns.set(key, turn)
    return this.#open(current.scope, turn)
  }

  #open(scope: Scope, turn: Tag): Tag {
    scope.opened++
    this.#gathers.count(scope, turn)
    return turn
  }
}
