import type { Cycles } from './cycles.ts'
import type { FlowLink, FlowNode, FlowScope, NodeScopes, ScopePath } from './flow.ts'

/** The nodes to which links lead, directly or not. @param effects further nodes that a node leads to */
export function reachable(
  links: Iterable<FlowLink>,
  isFollowed: (link: FlowLink) => boolean,
  effects: ReadonlyMap<FlowNode, readonly FlowNode[]> = new Map(),
): Set<FlowNode> {
  const seen = new Set<FlowNode>()
  const left = [...links].map(({ sink }) => sink)
  for (let node = left.pop(); node; node = left.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    left.push(...node.outgoing.filter(isFollowed).map(({ sink }) => sink), ...(effects.get(node) ?? []))
  }
  return seen
}

/**
 * The nodes that receive a value because of the runs of a node, without a link: of its failures, of its loop's end, or
 * of the next turn of its cycle.
 */
export function findEffects(
  nodes: readonly FlowNode[],
  { nodes: paths, catches }: { nodes: ReadonlyMap<FlowNode, ScopePath[]>; catches: ReadonlyMap<FlowNode, Set<FlowNode>> },
  { backs, cycles }: Pick<Cycles, 'backs' | 'cycles'>,
  scopes: ReadonlyMap<FlowNode, NodeScopes>,
): Map<FlowNode, FlowNode[]> {
  const effects = new Map<FlowNode, FlowNode[]>()
  const add = (causes: Iterable<FlowNode>, links: readonly FlowLink[] = []): void => {
    if (links.length > 0)
      for (const node of causes) effects.set(node, [...new Set([...(effects.get(node) ?? []), ...links.map(({ sink }) => sink)])])
  }
  for (const cycle of cycles) {
    const inside = new Set(cycle.nodes)
    // A later turn may still yield what leaves the cycle.
    add(
      inside,
      cycle.nodes.flatMap(({ outgoing }) => outgoing.filter(({ sink, carry }) => !carry && !inside.has(sink))),
    )
  }
  const linksOf = ({ outgoing }: FlowNode, pins: ReadonlySet<string>): FlowLink[] =>
    outgoing.filter((link) => pins.has(link.sourcePin))
  for (const producer of nodes) add(catches.get(producer) ?? [], linksOf(producer, producer.block.caughtPins))
  const caused = new Map(effects)
  const members = membersOfLoops(nodes, paths)
  for (const producer of nodes) {
    const done = linksOf(producer, producer.block.donePins)
    if (done.length === 0) continue
    const inside = members.get(scopes.get(producer)?.loop)
    const isFollowed = (link: FlowLink): boolean => !link.carry && !backs.has(link)
    const behind = reachable(done, isFollowed, caused)
    add(inside?.filter((node) => !behind.has(node)) ?? [], done)
  }
  return effects
}

/** The nodes in each loop, in their order. */
function membersOfLoops(
  nodes: readonly FlowNode[],
  paths: ReadonlyMap<FlowNode, ScopePath[]>,
): Map<FlowScope | undefined, FlowNode[]> {
  const members = new Map<FlowScope, FlowNode[]>()
  for (const node of nodes)
    for (const scope of new Set(paths.get(node)?.flat())) {
      const inside = members.get(scope)
      if (inside) inside.push(node)
      else members.set(scope, [node])
    }
  return members
}

/** A node comes after all nodes that lead to it. @param effects nodes that come after others to which no link leads */
export function sortNodes(
  nodes: readonly FlowNode[],
  backs: ReadonlyMap<FlowLink, unknown>,
  effects: ReadonlyMap<FlowNode, readonly FlowNode[]> = new Map(),
): FlowNode[] {
  const missing = new Map(nodes.map((node) => [node, 0]))
  const next = (node: FlowNode): FlowNode[] => [
    ...node.outgoing.filter((link) => !link.carry && !backs.has(link)).map(({ sink }) => sink),
    ...(effects.get(node) ?? []),
  ]
  for (const sink of nodes.flatMap(next)) missing.set(sink, (missing.get(sink) ?? 0) + 1)
  const order = nodes.filter((node) => missing.get(node) === 0)
  for (const node of order)
    for (const sink of next(node)) {
      const left = (missing.get(sink) ?? 0) - 1
      missing.set(sink, left)
      if (left === 0) order.push(sink)
    }
  return order
}
