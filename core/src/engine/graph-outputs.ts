import { arrivedValue } from './node-inputs.ts'
import { compareLineages, compareTags, type Lineage, type NodeExecution, type Tag } from './pairing/index.ts'
import type { Plan, PlanNode } from './plan/index.ts'

interface Place {
  tag: Tag
  node: PlanNode
  lineage: Lineage
}

/** The values that arrive at the outputs of a graph. Source: execution semantics, rules 17 and 33. */
export class GraphOutputs {
  /** By name, in the order of arrival. */
  values: Record<string, unknown[]> = {}
  readonly #plan: Plan
  readonly #places: Map<string, Place[]> | undefined

  constructor(plan: Plan) {
    this.#plan = plan
    this.#places = plan.pairing === 'TAGGED' ? new Map() : undefined
  }

  /** @returns the output to which the run of an `OUTPUT` block contributes */
  collect({ node, values, tag, lineage }: NodeExecution): { name: string; value: unknown } | undefined {
    if (node.block.kind !== 'output') return undefined
    const value = arrivedValue(node, values)
    const name = node.constants.name
    if (typeof name !== 'string' || value === undefined) return undefined
    if (!Object.hasOwn(this.values, name)) setOwn(this.values, name, [])
    this.values[name]?.push(value)
    if (this.#places) {
      const places = this.#places.get(name)
      if (places) places.push({ tag, node, lineage })
      else this.#places.set(name, [{ tag, node, lineage }])
    }
    return { name, value }
  }

  /** The values in the order of their iterations, by name in the order of the document, and their iterations. */
  inOrder(): { outputs: Record<string, unknown[]>; iterations?: Record<string, number[]> } {
    if (!this.#places) return { outputs: this.values }
    const outputs: Record<string, unknown[]> = {}
    const places = new Map<string, Place[]>()
    for (const { block, constants } of this.#plan.nodes) {
      const name = String(constants.name)
      const own = block.kind === 'output' ? this.#places.get(name) : undefined
      if (!own || places.has(name)) continue
      const values = this.values[name] ?? []
      const order = [...own.keys()].toSorted((a, b) => comparePlaces(own[a], own[b]))
      setOwn(
        outputs,
        name,
        order.map((i) => values[i]),
      )
      places.set(
        name,
        order.flatMap((i) => own[i] ?? []),
      )
    }
    const iterations = rankIterations(places)
    return iterations ? { outputs, iterations } : { outputs }
  }
}

/**
 * Ranks the iterations of all outputs that have values from inside of a loop: values of different outputs have the same
 * rank if they belong to the same iteration. Several values of one output and one iteration have ranks of their own.
 *
 * @param places by output, in order
 * @returns undefined if each output has one value for each iteration
 */
function rankIterations(places: ReadonlyMap<string, readonly Place[]>): Record<string, number[]> | undefined {
  const many = [...places].filter(([, own]) => own.some(({ tag }) => tag.parent))
  const counts = new Map<Tag, number>()
  for (const [, own] of many)
    for (const [tag, same] of Map.groupBy(own, (place) => place.tag)) counts.set(tag, Math.max(counts.get(tag) ?? 0, same.length))
  const first = new Map<Tag, number>()
  let next = 0
  for (const tag of [...counts.keys()].toSorted(compareTags)) {
    first.set(tag, next)
    next += counts.get(tag) ?? 0
  }
  const iterations: Record<string, number[]> = {}
  for (const [name, own] of many) {
    const ranks = own.map(({ tag }) => {
      const rank = first.get(tag) ?? 0
      first.set(tag, rank + 1)
      return rank
    })
    for (const [tag, same] of Map.groupBy(own, (place) => place.tag)) first.set(tag, (first.get(tag) ?? 0) - same.length)
    Object.defineProperty(iterations, name, { value: ranks, enumerable: true })
  }
  return many.some(([, own]) => own.length !== next) ? iterations : undefined
}

/** Sets also names like `__proto__`. */
function setOwn(record: Record<string, unknown[]>, name: string, value: unknown[]): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
}

/** By iteration, then by node, then by link. */
function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return 0
  const own = ({ lineage, node }: Place): Lineage => lineage?.filter((choice) => choice.node === node)
  return (
    compareTags(a.tag, b.tag) ||
    a.node.index - b.node.index ||
    compareLineages(own(a), own(b)) ||
    compareLineages(a.lineage, b.lineage)
  )
}
