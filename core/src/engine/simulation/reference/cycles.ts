import type { Graph, Link, Node, Opener } from './entities.ts'
import { components, isCollect, linksTo, reach } from './graph.ts'

/** A strongly connected part of the links that do not carry. Rule 30. */
export interface Cycle {
  opener: Opener
  nodes: Set<Node>
  /** Links from outside into header pins: their values start turn 0. */
  enters: Set<Link>
  /** Links from inside into header pins: their values start the next turn. */
  backs: Set<Link>
}

/** Outer cycles precede the cycles that remain inside them without their back edges. */
export function findCycles({ nodes, links }: Graph): Cycle[] {
  const cycles: Cycle[] = []
  const removed = new Set<Link>()
  const search = (part: readonly Node[]): void => {
    const next = (node: Node): Node[] =>
      node.outgoing.filter((link) => !link.carry && !removed.has(link) && part.includes(link.sink)).map(({ sink }) => sink)
    for (const component of components(part, next)) {
      const [first] = component
      if (!first || !reach([first], next).has(first)) continue
      const cycle = toCycle(
        first,
        component,
        links.filter((link) => !link.carry && !removed.has(link)),
      )
      if (cycle.backs.size === 0) throw new Error(`the cycle of ${first.id} has no header pin`)
      cycles.push(cycle)
      for (const link of cycle.backs) removed.add(link)
      search(component)
    }
  }
  search(nodes)
  return cycles
}

function toCycle(first: Node, component: readonly Node[], links: readonly Link[]): Cycle {
  const nodes = new Set(component)
  const isInside = ({ source }: Link): boolean => nodes.has(source)
  const cycle: Cycle = {
    opener: { type: 'CYCLE', id: first.id, place: first.place },
    nodes,
    enters: new Set(),
    backs: new Set(),
  }
  for (const node of component)
    for (const pin of node.pins) {
      const own = linksTo(node, pin).filter((link) => links.includes(link) && !isCollect(link))
      if (!own.some(isInside) || own.every(isInside)) continue
      for (const link of own) (isInside(link) ? cycle.backs : cycle.enters).add(link)
    }
  return cycle
}
