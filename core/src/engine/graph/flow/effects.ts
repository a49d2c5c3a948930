import { stronglyConnected } from './components.ts'
import type { Cycles } from './cycles.ts'
import { Edges, isNode, sortNodes, type Effect, type Vertex } from './order.ts'
import type { FlowLink, FlowNode, FlowScope, NodeScopes, ScopePath } from './flow.ts'

interface Facts {
  nodes: ReadonlyMap<FlowNode, ScopePath[]>
  closed: ReadonlyMap<FlowLink, ScopePath[]>
  catches: ReadonlyMap<FlowNode, Set<FlowNode>>
}

/**
 * The nodes that receive a value because of the runs of other nodes, without a link: of their failures, of the end of
 * their loop, of what they carry to a later iteration, or of a later turn of their cycle.
 */
export function findEffects(
  all: readonly FlowNode[],
  facts: Facts,
  cycles: Pick<Cycles, 'backs' | 'cycles'>,
  scopes: ReadonlyMap<FlowNode, NodeScopes>,
): Effect[] {
  const caught = caughtEffects(all, facts)
  const edges = new Edges(cycles.backs, caught)
  const places = new Map(sortNodes(all, cycles.backs, caught).map((node, i) => [node, i]))
  const search = (from: readonly FlowNode[], last: number): Set<FlowNode> =>
    edges.reachable(from, (node) => (places.get(node) ?? 0) <= last)
  const placeOf = (node: FlowNode): number => places.get(node) ?? 0
  const parts = { all, facts, scopes, search, placeOf }
  const direct = [...caught, ...doneEffects(parts), ...carryEffects(parts)]
  return [...direct, ...leavingEffects(all, direct, cycles)]
}

interface Parts {
  all: readonly FlowNode[]
  facts: Facts
  scopes: ReadonlyMap<FlowNode, NodeScopes>
  /** The nodes to which others lead, up to a place in the order: what comes later cannot lead back. */
  search: (from: readonly FlowNode[], last: number) => Set<FlowNode>
  placeOf: (node: FlowNode) => number
}

/** Failures lead to what follows a caught pin. */
function caughtEffects(all: readonly FlowNode[], { catches }: Facts): Effect[] {
  return all.flatMap((producer) => {
    const causes = [...(catches.get(producer) ?? [])]
    const sinks = sinksOf(producer, producer.block.caughtPins)
    return causes.length > 0 && sinks.length > 0 ? { causes, sinks } : []
  })
}

/** The number of iterations is sent after everything in the loop, except what follows from the number itself. */
function doneEffects({ all, facts, scopes, search, placeOf }: Parts): Effect[] {
  const members = membersOfLoops(all, facts)
  return all.flatMap((producer) => {
    const sinks = sinksOf(producer, producer.block.donePins)
    const inside = members.get(scopes.get(producer)?.loop) ?? []
    if (sinks.length === 0 || inside.length === 0) return []
    const behind = search(sinks, Math.max(...inside.map(placeOf)))
    return { causes: inside.filter((node) => !behind.has(node)), sinks }
  })
}

/** A list is complete after all that is carried in its loop, unless what is carried depends on the list. */
function carryEffects({ all, facts, search, placeOf }: Parts): Effect[] {
  const carries = all.flatMap(({ incoming }) => incoming.filter(({ carry }) => carry))
  if (carries.length === 0) return []
  const closing = new Map<FlowScope, Set<FlowNode>>()
  for (const [{ sink }, paths] of facts.closed)
    for (const scope of paths.flat()) closing.set(scope, (closing.get(scope) ?? new Set()).add(sink))
  return carries.flatMap(({ source, sink }) => {
    const loops = (facts.nodes.get(sink) ?? []).flatMap((path) => path.at(-1) ?? [])
    const after = new Set(loops.flatMap((scope) => [...(closing.get(scope) ?? [])]))
    const isBefore = (node: FlowNode): boolean => placeOf(node) <= placeOf(source) && search([node], placeOf(source)).has(source)
    return { causes: [source], sinks: [...after].filter((node) => !isBefore(node)) }
  })
}

/**
 * What leaves a cycle comes after all of its nodes, because a later turn may yield it too. Nodes that lead to the cycle
 * by their effects, for example by their failures, belong to it.
 */
function leavingEffects(
  all: readonly FlowNode[],
  direct: readonly Effect[],
  { backs, cycles }: Pick<Cycles, 'backs' | 'cycles'>,
): Effect[] {
  const effects: Effect[] = []
  const removed = new Set<FlowLink>()
  for (const [level, same] of Map.groupBy(cycles, (cycle) => cycle.level)) {
    const edges = new Edges(removed, direct)
    const members = new Set(same.map(({ nodes: [first] }) => first))
    const components = stronglyConnected<Vertex>([...all, ...direct], (vertex) => edges.next(vertex))
    for (const component of components) {
      if (!component.some((vertex) => isNode(vertex) && members.has(vertex))) continue
      const inside = new Set(component)
      const leaving = new Set(component.flatMap((vertex) => edges.next(vertex).filter((next) => !inside.has(next))))
      const sinks = [...leaving].flatMap((vertex) => (isNode(vertex) ? vertex : [...vertex.sinks]))
      effects.push({ causes: component.filter(isNode), sinks })
    }
    for (const [link, cycle] of backs) if (cycle.level === level) removed.add(link)
  }
  return effects
}

function sinksOf({ outgoing }: FlowNode, pins: ReadonlySet<string>): FlowNode[] {
  return [...new Set(outgoing.filter(({ sourcePin }) => pins.has(sourcePin)).map(({ sink }) => sink))]
}

/** The nodes in each loop, in their order. */
function membersOfLoops(all: readonly FlowNode[], { nodes }: Facts): Map<FlowScope | undefined, FlowNode[]> {
  const members = new Map<FlowScope | undefined, FlowNode[]>()
  for (const node of all)
    for (const scope of new Set(nodes.get(node)?.flat())) {
      const inside = members.get(scope)
      if (inside) inside.push(node)
      else members.set(scope, [node])
    }
  return members
}
