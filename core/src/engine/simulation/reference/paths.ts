import { TOOLS_PIN } from '../../../pins/index.ts'
import type { Graph, Link, Node, Opener, Tag } from './entities.ts'
import { findCycles, type Cycle } from './cycles.ts'
import { isCaught, isCollect, isMany, reach } from './graph.ts'

/** The openers of the scopes around a value, outermost first. */
export type Path = readonly Opener[]

/** What follows from a graph before it runs. */
export interface Paths {
  cycles: readonly Cycle[]
  /** The paths on which values of a link can arrive. */
  ofLink: (link: Link) => readonly Path[]
  /** As seen by the node that the link leads to: at a collect pin, the paths that remain after it closes a scope. */
  ofSink: (link: Link) => readonly Path[]
  /** The paths at which a node can run: some link of each of its pins leads to a prefix. */
  ofNode: (node: Node) => readonly Path[]
  /** The opener of the outermost scope that a collect link closes. Rule 27. */
  closedBy: (link: Link) => Opener | undefined
  /** Whether a link leads to the next turn of a cycle. */
  isBack: (link: Link) => boolean
  /** The nodes whose failures a caught pin of this producer may receive. */
  caughtBy: (producer: Node) => ReadonlySet<Node>
}

export function findPaths(graph: Graph): Paths {
  const cycles = findCycles(graph)
  const noneCaught = new Map<Node, Set<Node>>()
  const first = computePaths(graph, cycles, noneCaught)
  // A failure in an inner loop keeps its deeper tag, so the paths of a caught pin depend on the nodes inside the loop.
  return computePaths(graph, cycles, findCaught(graph, first))
}

function computePaths(graph: Graph, cycles: readonly Cycle[], caught: ReadonlyMap<Node, Set<Node>>): Paths {
  const entered = new Map(cycles.flatMap((cycle) => [...cycle.enters].map((link) => [link, cycle.opener] as const)))
  const backs = new Set(cycles.flatMap((cycle) => [...cycle.backs]))
  const memo = new Map<Node, Path[]>()

  const ofNode = (node: Node): Path[] => {
    const known = memo.get(node)
    if (known) return known
    memo.set(node, []) // a caught pin may ask for the paths of the node that asks for its own
    const links = node.incoming.filter((link) => !link.carry && !backs.has(link))
    const pins = [...Map.groupBy(links, ({ sinkPin }) => sinkPin).values()].map((own) => own.flatMap(ofSink))
    const possible = unique(pins.flat()).filter((path) => pins.every((own) => own.some((other) => isPrefix(other, path))))
    const paths = pins.length === 0 ? [[]] : possible
    memo.set(node, paths)
    return paths
  }
  const ofSink = (link: Link): readonly Path[] => {
    const closed = closedBy(link)
    const paths = ofLink(link)
    return closed ? unique(paths.map((path) => path.slice(0, indexOf(path, closed)))) : paths
  }
  const ofLink = (link: Link): readonly Path[] => {
    const { source, sourcePin } = link
    const own = ofNode(source)
    const opened = sourcePin === TOOLS_PIN ? source.tools : isMany(source, sourcePin) || isCaught(link) ? source.loop : undefined
    const entering = entered.get(link)
    const paths = own.map((path) => [...path, ...(opened ? [opened] : []), ...(entering ? [entering] : [])])
    if (!isCaught(link)) return paths
    const deeper = [...(caught.get(source) ?? [])].flatMap(ofNode).filter((path) => path.includes(source.loop))
    return unique([...paths, ...deeper])
  }
  const closedBy = (link: Link): Opener | undefined => {
    if (!isCollect(link)) return undefined
    const [path = []] = ofLink(link).toSorted((a, b) => b.length - a.length)
    const { closes } = link.sink
    if (closes === undefined) return isCaught(link) ? link.source.loop : path.at(-1)
    const loop = path.find(({ type, id }) => type !== 'CYCLE' && id === closes)
    return loop ?? path.findLast((opener) => isMember(cycles, opener, closes))
  }
  return {
    cycles,
    isBack: (link) => backs.has(link),
    ofLink,
    ofSink,
    ofNode,
    closedBy,
    caughtBy: (producer) => caught.get(producer) ?? new Set(),
  }
}

/** The nodes inside a loop, except those behind its caught pin, which would receive their own failures. */
function findCaught({ nodes, links }: Graph, { cycles, ofNode }: Paths): Map<Node, Set<Node>> {
  const isBack = (link: Link): boolean => link.carry || cycles.some(({ backs }) => backs.has(link))
  const next = (node: Node): Node[] => node.outgoing.filter((link) => !isBack(link)).map(({ sink }) => sink)
  const found = new Map<Node, Set<Node>>()
  for (const producer of new Set(links.filter(isCaught).map(({ source }) => source))) {
    const handlers = links.filter((link) => isCaught(link) && link.source === producer).map(({ sink }) => sink)
    const behind = new Set([...handlers, ...reach(handlers, next)])
    const isInside = (node: Node): boolean => ofNode(node).some((path) => path.includes(producer.loop))
    const hasError = (node: Node): boolean => node.outgoing.some(({ sourcePin }) => sourcePin === 'error')
    found.set(producer, new Set(nodes.filter((node) => isInside(node) && !behind.has(node) && !hasError(node))))
  }
  return found
}

export function pathOf({ steps }: Tag): Path {
  return steps.map(({ scope }) => scope.opener)
}

export function isPrefix(one: Path, other: Path): boolean {
  return one.length <= other.length && one.every((opener, i) => opener === other[i])
}

export function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && isPrefix(one, other)
}

function unique(paths: readonly Path[]): Path[] {
  return paths.filter((path, i) => paths.findIndex((other) => isSamePath(path, other)) === i)
}

function indexOf(path: Path, opener: Opener): number {
  const i = path.indexOf(opener)
  return i < 0 ? path.length : i
}

function isMember(cycles: readonly Cycle[], opener: Opener, id: string): boolean {
  return cycles.some((cycle) => cycle.opener === opener && [...cycle.nodes].some((node) => node.id === id))
}
