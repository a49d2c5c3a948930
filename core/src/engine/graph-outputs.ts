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

  /** The values in the order of their iterations, by name in the order of the document. */
  inOrder(): Record<string, unknown[]> {
    if (!this.#places) return this.values
    const ordered: Record<string, unknown[]> = {}
    for (const { block, constants } of this.#plan.nodes) {
      const places = block.kind === 'output' && typeof constants.name === 'string' && this.#places.get(constants.name)
      if (!places || Object.hasOwn(ordered, String(constants.name))) continue
      const values = this.values[String(constants.name)] ?? []
      const order = [...places.keys()].toSorted((a, b) => comparePlaces(places[a], places[b]))
      setOwn(
        ordered,
        String(constants.name),
        order.map((i) => values[i]),
      )
    }
    return ordered
  }
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
