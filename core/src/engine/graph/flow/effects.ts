import { stronglyConnected } from './components.ts'
import type { Cycles } from './cycles.ts'
import { Edges, isNode, type Effect, type Vertex } from './order.ts'
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
  const ends = [...doneEffects(all, facts, scopes), ...carryEffects(all, facts)]
  const direct = [...caught, ...withoutCircles(all, ends, caught, cycles.backs)]
  return [...direct, ...leavingEffects(all, direct, cycles)]
}

/** Leaves out causes that follow from their own effect, for example nodes of a loop that take the number of its end. */
function withoutCircles(
  all: readonly FlowNode[],
  effects: readonly Effect[],
  others: readonly Effect[],
  backs: Cycles['backs'],
): Effect[] {
  const edges = new Edges(backs, [...others, ...effects])
  const components = stronglyConnected<Vertex>([...all, ...others, ...effects], (vertex) => edges.next(vertex))
  const places = new Map(components.flatMap((component, i) => component.map((vertex) => [vertex, i] as const)))
  return effects.map(({ causes, sinks }) => {
    const own = new Set(sinks.map((sink) => places.get(sink)))
    return { causes: causes.filter((node) => !own.has(places.get(node))), sinks }
  })
}

/** Failures lead to what follows a caught pin. */
function caughtEffects(all: readonly FlowNode[], { catches }: Facts): Effect[] {
  return all.flatMap((producer) => {
    const causes = [...(catches.get(producer) ?? [])]
    const sinks = sinksOf(producer, producer.block.caughtPins)
    return causes.length > 0 && sinks.length > 0 ? { causes, sinks } : []
  })
}

/** The number of iterations is sent after everything in the loop. */
function doneEffects(all: readonly FlowNode[], facts: Facts, scopes: ReadonlyMap<FlowNode, NodeScopes>): Effect[] {
  const members = membersOfLoops(all, facts)
  return all.flatMap((producer) => {
    const sinks = sinksOf(producer, producer.block.donePins)
    const causes = members.get(scopes.get(producer)?.loop) ?? []
    return causes.length > 0 && sinks.length > 0 ? { causes, sinks } : []
  })
}

/** A list is complete after all that is carried in its loop. */
function carryEffects(all: readonly FlowNode[], facts: Facts): Effect[] {
  const carried = new Map<FlowScope, Set<FlowNode>>()
  for (const { carry, source, sink } of all.flatMap(({ incoming }) => incoming))
    for (const scope of carry ? (facts.nodes.get(sink) ?? []).flatMap((path) => path.at(-1) ?? []) : [])
      carried.set(scope, (carried.get(scope) ?? new Set()).add(source))
  if (carried.size === 0) return []
  return [...facts.closed].flatMap(([{ sink }, paths]) =>
    [...new Set(paths.flat())].flatMap((scope) => {
      const causes = carried.get(scope)
      return causes ? { causes: [...causes], sinks: [sink] } : []
    }),
  )
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
