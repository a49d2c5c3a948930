import type { Cycles } from './cycles.ts'
import { findEffects } from './effects.ts'
import { Edges, sortNodes } from './order.ts'
import { isCollect, opens, type FlowLink, type FlowNode, type FlowScope, type NodeScopes, type ScopePath } from './flow.ts'

/** The scopes that contain the node executions and the values of a graph. */
export interface Paths {
  /** The scopes of the executions of each node. Empty if it can never run. */
  nodes: Map<FlowNode, ScopePath[]>
  /** The scopes of the values of each link at its sink. At a collect pin: those that remain after it closes some. */
  links: Map<FlowLink, ScopePath[]>
  /** The scopes that a link to a collect pin closes, outermost first, for each of {@link links}. */
  closed: Map<FlowLink, ScopePath[]>
  /** The nodes whose unhandled failures a `caught` pin of this node receives. */
  catches: Map<FlowNode, Set<FlowNode>>
  /** All nodes, so that each comes after those that lead to it without a back edge. */
  order: FlowNode[]
  misfits: Misfit[]
  /** How many paths were compared. */
  compared: number
}

/** Why the scopes of a graph do not fit. */
export type Misfit =
  /** Values of these scopes meet in one node. */
  | { type: 'UNRELATED'; node: FlowNode; scopes: [FlowScope, FlowScope]; pins: [string, string] }
  /** Nothing to close. `scope`: the node names a scope that does not contain the value. */
  | { type: 'NO_LOOP'; link: FlowLink; scope: string | undefined }
  /** A collect pin closes a cycle that contains its own node. */
  | { type: 'OWN_CYCLE'; link: FlowLink }
  /** Links to one collect pin close different scopes. */
  | { type: 'SEVERAL_LOOPS'; node: FlowNode; pin: string; scopes: [FlowScope, FlowScope] }
  | { type: 'CARRY'; link: FlowLink; problem: CarryProblem }
  | { type: 'TOO_MANY'; node: FlowNode }
  | { type: 'TOO_DEEP'; node: FlowNode }

type CarryProblem = 'NO_LOOP' | 'OTHER_LOOP' | 'CYCLE' | 'TOOLS'

/** A node in more different scopes than this cannot be understood by people either. */
const MAX_PATHS = 64
/** The maximum number of paths of other pins that are compared in one pass. A larger graph would block the server. */
const MAX_COMPARED = 10_000_000
/** The maximum number of loops and cycles inside each other. */
const MAX_DEPTH = 32

export function findPaths(
  nodes: readonly FlowNode[],
  { enters, backs, cycles }: Cycles,
  scopes: ReadonlyMap<FlowNode, NodeScopes>,
): Paths {
  const order = sortNodes(nodes, backs)
  const found = noPaths(order)
  const addLink = (link: FlowLink): void => {
    const { source, sourcePin } = link
    const caught = source.block.caughtPins.has(sourcePin)
    const opened = caught ? scopes.get(source)?.loop : opens(link, scopes)
    const own = (found.nodes.get(source) ?? []).map((path) => (opened ? [...path, opened] : path))
    const deeper = caught ? [...(found.catches.get(source) ?? [])].map((node) => insideOf(opened, found.nodes.get(node))) : []
    const cycle = enters.get(link)
    const arriving = union([own, ...deeper]).map((path) => (cycle ? [...path, cycle] : path))
    if (!isCollect(link)) return void found.links.set(link, arriving)
    const [remaining, closed]: [ScopePath[], ScopePath[]] = [[], []]
    for (const path of arriving) {
      const at = closingIndex(path, link, caught ? opened : undefined)
      if (path.slice(at).some((scope) => isMember(scope, link.sink.id)) && at >= 0) {
        found.misfits.push({ type: 'OWN_CYCLE', link })
        continue
      }
      if (at < 0) {
        found.misfits.push({ type: 'NO_LOOP', link, scope: link.sink.scope })
        continue
      }
      remaining.push(path.slice(0, at))
      // A failure in an inner loop belongs to the iteration around it.
      closed.push(path.slice(at, caught && opened ? path.indexOf(opened) + 1 : path.length))
    }
    found.links.set(link, remaining)
    found.closed.set(link, closed)
  }
  const pass = (): void => {
    found.misfits = []
    found.compared = 0
    for (const node of order) {
      for (const link of node.incoming) if (!backs.has(link) && !link.carry) addLink(link)
      found.nodes.set(node, nodePaths(node, found, backs))
    }
  }
  pass()
  for (
    let before = -1, now = findCaught(nodes, found, scopes, backs);
    now !== before;
    [before, now] = [now, findCaught(nodes, found, scopes, backs)]
  )
    pass()
  for (const node of nodes) {
    for (const link of node.incoming) if (link.carry) checkCarry(link, found)
    checkClosed(node, found)
  }
  const complete = sortNodes(nodes, backs, findEffects(nodes, found, { backs, cycles }, scopes))
  return complete.length === order.length ? { ...found, order: complete } : found
}

function noPaths(order: FlowNode[]): Paths {
  const [nodes, links, closed, catches] = [new Map(), new Map(), new Map(), new Map()]
  return { nodes, links, closed, catches, order, misfits: [], compared: 0 }
}

/**
 * The place of the outermost scope that a collect pin closes; -1 if there is none.
 *
 * @param caught the loop whose failures the link brings
 */
function closingIndex(path: ScopePath, { sink: { scope: id } }: FlowLink, caught: FlowScope | undefined): number {
  if (id === undefined) return caught ? path.indexOf(caught) : path.length - 1
  const loop = path.findIndex((scope) => scope.kind !== 'CYCLE' && scope.node.id === id)
  return loop < 0 ? path.findLastIndex((scope) => isMember(scope, id)) : loop
}

function isMember(scope: FlowScope, id: string): boolean {
  return scope.kind === 'CYCLE' && scope.nodes.some((node) => node.id === id)
}

/** The scopes of the executions of a node: those of a value that at least one value of each other pin can meet. */
function nodePaths(node: FlowNode, found: Paths, backs: ReadonlyMap<FlowLink, unknown>): ScopePath[] {
  const links = node.incoming.filter((link) => !link.carry && !backs.has(link))
  const pins = [...Map.groupBy(links, ({ sinkPin }) => sinkPin)].map(
    ([pin, own]) => [pin, union(own.map((link) => found.links.get(link) ?? []))] as const,
  )
  const isFree = node.block.kind === 'input' || node.incoming.every((link) => link.carry)
  const paths: ScopePath[] = isFree ? [[]] : []
  const [count, largest] = [pins.reduce((sum, [, own]) => sum + own.length, 0), Math.max(0, ...pins.map(([, own]) => own.length))]
  found.compared += count * (count - largest)
  if (found.compared > MAX_COMPARED) {
    found.misfits.push({ type: 'TOO_MANY', node })
    return pins.flatMap(([, own]) => own).slice(0, 1)
  }
  for (const [pin, own] of pins)
    for (const path of own) {
      const others = pins.filter(([other]) => other !== pin)
      const unmet = others.find(
        ([, theirs]) => theirs.length > 0 && !theirs.some((other) => isPrefix(other, path) || isPrefix(path, other)),
      )
      const [other, theirs] = unmet ?? []
      const [mine, another] = [path.at(-1), theirs?.[0]?.at(-1)]
      if (other !== undefined && mine && another) addUnrelated(found, node, [mine, another], [pin, other])
      const isPossible = others.every(
        ([name, theirs]) => (theirs.length === 0 && isOptional(node, name)) || theirs.some((other) => isPrefix(other, path)),
      )
      if (isPossible && !paths.some((known) => isSamePath(known, path))) paths.push(path)
    }
  if (paths.length > MAX_PATHS) found.misfits.push({ type: 'TOO_MANY', node })
  if (paths.some((path) => path.length > MAX_DEPTH)) found.misfits.push({ type: 'TOO_DEEP', node })
  return paths.filter((path) => path.length <= MAX_DEPTH).slice(0, MAX_PATHS)
}

/** The paths that lead into a loop. */
function insideOf(loop: FlowScope | undefined, paths: readonly ScopePath[] = []): ScopePath[] {
  return paths.filter((path) => loop && path.includes(loop))
}

/** Adds two scopes that meet, once for each node. */
function addUnrelated({ misfits }: Paths, node: FlowNode, scopes: [FlowScope, FlowScope], pins: [string, string]): void {
  const isKnown = misfits.some(
    (each) => each.type === 'UNRELATED' && each.node === node && scopes.every((scope) => each.scopes.includes(scope)),
  )
  if (!isKnown) misfits.push({ type: 'UNRELATED', node, scopes, pins })
}

function isOptional(node: FlowNode, pin: string): boolean {
  return node.incoming.some(({ sinkPin, sinkBase }) => sinkPin === pin && node.block.optionalPins.has(sinkBase))
}

/** Finds the nodes whose failures each caught pin receives. @returns their number */
function findCaught(
  nodes: readonly FlowNode[],
  found: Paths,
  scopes: ReadonlyMap<FlowNode, NodeScopes>,
  backs: ReadonlyMap<FlowLink, unknown>,
): number {
  const catching = new Map<FlowScope, ReadonlySet<FlowNode>>()
  const edges = new Edges(backs, [])
  for (const node of nodes) {
    const handlers = node.outgoing.filter(({ sourcePin }) => node.block.caughtPins.has(sourcePin))
    const loop = scopes.get(node)?.loop
    if (handlers.length > 0 && loop) catching.set(loop, edges.reachable(handlers.map(({ sink }) => sink)))
  }
  found.catches.clear()
  if (catching.size === 0) return 0
  let count = 0
  for (const node of nodes) {
    if (node.outgoing.some(({ sourcePin }) => sourcePin === 'error')) continue
    for (const path of found.nodes.get(node) ?? []) {
      const scope = path.findLast((each) => catching.get(each)?.has(node) === false)
      if (scope?.kind !== 'LOOP') continue
      const caught = found.catches.get(scope.node) ?? new Set()
      found.catches.set(scope.node, caught.add(node))
      count++
    }
  }
  return count
}

function checkCarry(link: FlowLink, found: Paths): void {
  const [from, to] = [found.nodes.get(link.source) ?? [], found.nodes.get(link.sink) ?? []]
  const add = (problem: CarryProblem): void => void found.misfits.push({ type: 'CARRY', link, problem })
  if (from.length === 0 || to.length === 0) return
  if ([...from, ...to].some((path) => path.length === 0)) return add('NO_LOOP')
  const kinds = new Set(to.map((path) => path.at(-1)?.kind))
  if (kinds.has('CYCLE')) return add('CYCLE')
  if (kinds.has('TOOLS')) return add('TOOLS')
  if (!from.every((path) => to.some((other) => isSamePath(path, other)))) add('OTHER_LOOP')
}

/** All links to a collect pin close the same loop. Otherwise its list would mix the items of several. */
function checkClosed(node: FlowNode, found: Paths): void {
  const links = node.incoming.filter((link) => found.closed.has(link))
  for (const [pin, own] of Map.groupBy(links, ({ sinkPin }) => sinkPin)) {
    const [first, other] = [...new Set(own.flatMap((link) => found.closed.get(link)?.map(([scope]) => scope) ?? []))]
    if (first && other) found.misfits.push({ type: 'SEVERAL_LOOPS', node, pin, scopes: [first, other] })
  }
}

function union(lists: readonly ScopePath[][]): ScopePath[] {
  const all: ScopePath[] = []
  for (const path of lists.flat()) if (!all.some((known) => isSamePath(known, path))) all.push(path)
  return all
}

function isPrefix(path: ScopePath, of: ScopePath): boolean {
  return path.length <= of.length && path.every((scope, i) => of[i] === scope)
}

/** Whether two paths have the same scopes. */
export function isSamePath(a: ScopePath, b: ScopePath): boolean {
  return a.length === b.length && isPrefix(a, b)
}
