import type { Graph, Link, Node, Opener, Tag } from './entities.ts'
import type { Cycle } from './cycles.ts'
import { components, isCaught } from './graph.ts'
import type { NodeEvaluation } from './node.ts'
import type { Path, Paths } from './paths.ts'
import type { State } from './state.ts'
import { waitingAgents } from './steps.ts'
import { ROOT, extend, isInside } from './tags.ts'

/**
 * Runs a graph by computing one node after the other, sources first. When the turn of a node comes, every value that it
 * can ever receive has arrived. Whether a pin is dead, a loop is over or a merge may run is then plain to see.
 *
 * Only two things are repeated: the nodes of a cycle, turn by turn, and the nodes between the ends of a link that
 * carries, iteration by iteration.
 */
export function evaluate(graph: Graph, paths: Paths, state: State, nodes: NodeEvaluation): void {
  evaluateNodes({ graph, paths, state, nodes }, graph.nodes, new Set(), ROOT)
}

interface Context {
  graph: Graph
  paths: Paths
  state: State
  nodes: NodeEvaluation
}

/**
 * Computes all runs of these nodes inside of a tag.
 *
 * @param removed links whose values belong to a later turn or iteration
 */
function evaluateNodes(context: Context, nodes: readonly Node[], removed: ReadonlySet<Link>, focus: Tag): void {
  const next = (node: Node): Node[] => follow(context, node, nodes, removed)
  for (const component of components(nodes, next)) {
    const [first] = component
    if (!first) continue
    const cycle = findCycle(context, component, removed)
    if (component.length === 1 && !next(first).includes(first)) context.nodes.evaluate(first, focus)
    else if (cycle) evaluateCycle(context, cycle, component, removed, focus)
    else evaluateSerially(context, component, removed, focus)
  }
}

/** Where the values of a node go. A failure goes to the links of the caught pin that receives it. */
function follow({ graph, paths }: Context, node: Node, among: readonly Node[], removed: ReadonlySet<Link>): Node[] {
  const links = node.outgoing.filter((link) => !removed.has(link))
  const caught = graph.links.filter((link) => isCaught(link) && paths.caughtBy(link.source).has(node))
  return [...[...links, ...caught].map(({ sink }) => sink), ...waitingAgents(node)].filter((sink) => among.includes(sink))
}

/** The outermost cycle in the component, if all links in it that carry do so inside of the cycle. */
function findCycle(context: Context, component: readonly Node[], removed: ReadonlySet<Link>): Cycle | undefined {
  const carries = carriesAmong(context, component, removed)
  return context.paths.cycles.find(
    ({ nodes, backs, opener }) =>
      [...backs].every((link) => !removed.has(link)) &&
      [...nodes].every((node) => component.includes(node)) &&
      carries.every((link) => longestPath(context, link).includes(opener)),
  )
}

/** Rule 30. The values of the header pins say which turns there are. */
function evaluateCycle(context: Context, cycle: Cycle, nodes: readonly Node[], removed: ReadonlySet<Link>, focus: Tag): void {
  const carries = carriesAmong(context, nodes, removed).filter((link) => innermost(context, link) === cycle.opener)
  const without = new Set([...removed, ...cycle.backs, ...carries])
  const evaluated = new Set<string>()
  const nextTurn = (): Tag | undefined =>
    turnsOf(context, cycle).find((turn) => isInside(turn, focus) && !evaluated.has(turn.key))
  for (let turn = nextTurn(); turn; turn = nextTurn()) {
    evaluated.add(turn.key)
    evaluateNodes(context, nodes, without, turn)
  }
  if (evaluated.size === 0) for (const node of nodes) context.nodes.refuseConflicts(node, focus)
}

/** In the order of k, so that values that are carried arrive before their turn. */
function turnsOf({ state }: Context, { opener, enters, backs }: Cycle): Tag[] {
  const tokens = [...enters, ...backs].flatMap((link) =>
    state.tokensAt(link.sink, link.sinkPin).filter((token) => token.link === link),
  )
  const turns = tokens.map(({ tag }) => tag).filter(({ steps }) => steps.at(-1)?.scope.opener === opener)
  return turns.toSorted((a, b) => (a.steps.at(-1)?.k ?? 0) - (b.steps.at(-1)?.k ?? 0))
}

/** Rule 29. Nodes that depend on themselves through links that carry run one iteration after the other. */
function evaluateSerially(context: Context, nodes: readonly Node[], removed: ReadonlySet<Link>, focus: Tag): void {
  const carries = carriesAmong(context, nodes, removed)
  const [outermost] = carries.toSorted((a, b) => longestPath(context, a).length - longestPath(context, b).length)
  const opener = outermost && innermost(context, outermost)
  if (!opener) throw new Error('a link carries outside of a loop')
  const without = new Set([...removed, ...carries.filter((link) => innermost(context, link) === opener)])
  for (const scope of context.state.scopes.values())
    if (scope.opener === opener && isInside(scope.parent, focus))
      for (let k = 0; k < scope.iterations; k++) evaluateNodes(context, nodes, without, extend(scope.parent, scope, k))
}

function carriesAmong({ graph }: Context, nodes: readonly Node[], removed: ReadonlySet<Link>): Link[] {
  return graph.links.filter(
    (link) => link.carry && !removed.has(link) && nodes.includes(link.source) && nodes.includes(link.sink),
  )
}

function longestPath({ paths }: Context, { sink }: Link): Path {
  return paths.ofNode(sink).toSorted((a, b) => b.length - a.length)[0] ?? []
}

function innermost(context: Context, link: Link): Opener | undefined {
  return longestPath(context, link).at(-1)
}
