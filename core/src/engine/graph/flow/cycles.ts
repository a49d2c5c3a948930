import { stronglyConnected } from './components.ts'
import { isCollect, type Cycle, type FlowLink, type FlowNode } from './flow.ts'

/** What the cycles of a graph make of its links. */
export interface Cycles {
  cycles: Cycle[]
  /** Links from outside of a cycle to one of its header pins. They start turn 0. */
  enters: Map<FlowLink, Cycle>
  /** Links inside a cycle to one of its header pins. They lead to the next turn. */
  backs: Map<FlowLink, Cycle>
  /** Cycles without a header pin, which can never start. */
  headless: Cycle[]
  /** Nodes of cycles that are nested too deep. They are not analyzed. */
  tooDeep: FlowNode[]
}

/** The maximum number of cycles inside each other. */
const MAX_NESTED = 32

/**
 * Finds the cycles of a graph, and the cycles inside of them after the removal of their back edges: a loop nesting
 * forest. Links that carry a value are not part of a cycle.
 */
export function findCycles(nodes: readonly FlowNode[]): Cycles {
  const found: Cycles = { cycles: [], enters: new Map(), backs: new Map(), headless: [], tooDeep: [] }
  const isFollowed = (link: FlowLink): boolean => !link.carry && !found.backs.has(link)
  const search = (part: readonly FlowNode[], depth: number): void => {
    const next = ({ outgoing }: FlowNode): FlowNode[] => outgoing.filter(isFollowed).map(({ sink }) => sink)
    for (const component of stronglyConnected(part, next)) {
      const isCyclic =
        component.length > 1 || component[0]?.outgoing.some((link) => link.sink === component[0] && isFollowed(link))
      if (isCyclic !== true) continue
      addCycle(component, depth, isFollowed, found)
      if (depth < MAX_NESTED) search(component, depth + 1)
      else found.tooDeep.push(...component.slice(0, 1))
    }
  }
  search(nodes, 1)
  return found
}

function addCycle(nodes: FlowNode[], level: number, isFollowed: (link: FlowLink) => boolean, found: Cycles): void {
  const members = new Set(nodes)
  const cycle: Cycle = { kind: 'CYCLE', nodes, level, headers: new Map() }
  found.cycles.push(cycle)
  const isInside = (link: FlowLink): boolean => members.has(link.source)
  const removed: FlowLink[] = []
  for (const node of nodes)
    for (const [pin, links] of Map.groupBy(
      node.incoming.filter((link) => isFollowed(link) && !isCollect(link)),
      ({ sinkPin }) => sinkPin,
    )) {
      if (!links.some(isInside) || links.every(isInside)) continue
      cycle.headers.set(node, (cycle.headers.get(node) ?? new Set()).add(pin))
      for (const link of links) {
        if (!isInside(link)) found.enters.set(link, cycle)
        else removed.push(link)
      }
    }
  if (removed.length === 0) {
    found.headless.push(cycle)
    removed.push(...(nodes[0]?.incoming.filter((link) => isInside(link) && isFollowed(link)) ?? []))
  }
  for (const link of removed) found.backs.set(link, cycle)
}
