import type { Cycles } from './cycles.ts'
import type { FlowLink, FlowNode } from './flow.ts'

/** Nodes that come after others to which no link leads from them. */
export interface Effect {
  causes: readonly FlowNode[]
  sinks: readonly FlowNode[]
}

/** A node or an effect: an effect is a vertex of its own, because its pairs may be a thousand times as many. */
export type Vertex = FlowNode | Effect

/** What leads from one node to another within one turn and one iteration. */
export class Edges {
  readonly #isLeft: (link: FlowLink) => boolean
  readonly #effects: Map<FlowNode, Effect[]>

  /** @param backs links that lead to another turn, and are left out */
  constructor(backs: Pick<Cycles['backs'], 'has'>, effects: readonly Effect[]) {
    this.#isLeft = (link) => !link.carry && !backs.has(link)
    this.#effects = new Map()
    for (const effect of effects)
      for (const node of effect.causes) {
        const known = this.#effects.get(node)
        if (known) known.push(effect)
        else this.#effects.set(node, [effect])
      }
  }

  next(vertex: Vertex): Vertex[] {
    if (!('outgoing' in vertex)) return [...vertex.sinks]
    const sinks: Vertex[] = vertex.outgoing.filter(this.#isLeft).map(({ sink }) => sink)
    return [...sinks, ...(this.#effects.get(vertex) ?? [])]
  }

  /** The nodes to which others lead, themselves included. @param isNear nodes for which it is false are left out */
  reachable(from: Iterable<FlowNode>, isNear: (node: FlowNode) => boolean = () => true): Set<FlowNode> {
    const seen = new Set<Vertex>()
    const left: Vertex[] = [...from]
    for (let vertex = left.pop(); vertex; vertex = left.pop()) {
      if (seen.has(vertex) || ('outgoing' in vertex && !isNear(vertex))) continue
      seen.add(vertex)
      left.push(...this.next(vertex))
    }
    return new Set([...seen].filter(isNode))
  }
}

/** A node comes after all nodes that lead to it. Leaves out those that lead to themselves, and what follows them. */
export function sortNodes(
  nodes: readonly FlowNode[],
  backs: Pick<Cycles['backs'], 'has'>,
  effects: readonly Effect[] = [],
): FlowNode[] {
  const edges = new Edges(backs, effects)
  const all: Vertex[] = [...nodes, ...effects]
  const missing = new Map(all.map((vertex) => [vertex, 0]))
  for (const vertex of all) for (const sink of edges.next(vertex)) missing.set(sink, (missing.get(sink) ?? 0) + 1)
  const order = all.filter((vertex) => missing.get(vertex) === 0)
  for (const vertex of order)
    for (const sink of edges.next(vertex)) {
      const left = (missing.get(sink) ?? 0) - 1
      missing.set(sink, left)
      if (left === 0) order.push(sink)
    }
  return order.filter(isNode)
}

export function isNode(vertex: Vertex): vertex is FlowNode {
  return 'outgoing' in vertex
}
