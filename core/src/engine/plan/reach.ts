import { AshlarError } from '../../base/index.ts'
import { parsePinPath } from '../../pins/index.ts'
import type { PlanLink, PlanNode } from './plan.ts'
import type { Watch, WatchSet } from './plan.ts'

/** The facts of a graph that determine which runs can cause a value. */
export interface Feeds {
  /** Links to each node. */
  incoming: ReadonlyMap<PlanNode, readonly PlanLink[]>
  /** The nodes whose runs cause values of a link directly. */
  feeders: (link: PlanLink) => Iterable<PlanNode>
  /** The depth from which a value of the link is in another iteration than its cause: that of a turn, or of a carry. */
  leavesAt: (link: PlanLink) => number
}

/** The nodes and links that all watches of a graph visit together. More would slow down each of its runs. */
const MAX_VISITED = 1_500_000

function tooComplex(): AshlarError {
  const message =
    'too many pins of this graph wait until values can no longer arrive: split the graph into sub-graphs, or use fewer optional pins and collect nodes'
  return new AshlarError('GRAPH_INVALID', message)
}

/** Creates watches and registers them at the nodes whose runs they count. */
export class Watches {
  readonly #feeds: Feeds
  #count = 0
  #visited = 0

  constructor(feeds: Feeds) {
    this.#feeds = feeds
  }

  /**
   * @param sources the nodes whose runs cause the value directly
   * @param depths of the tags that the watch counts
   * @throws {AshlarError} GRAPH_INVALID when the graph is too complex
   */
  create(sources: Iterable<PlanNode>, depths: Iterable<number>): WatchSet {
    const byDepth = new Map<number, Watch>()
    for (const depth of depths) byDepth.set(depth, this.#watch(sources, depth))
    return { byDepth }
  }

  /** The watch, and one for each shorter depth from which values complete the runs that it is about. */
  #watch(sources: Iterable<PlanNode>, depth: number): Watch {
    const { watch, links } = this.#single(sources, depth)
    for (let outer = depth - 1; outer >= 0; outer--) {
      const entering = links.filter((link) => bringsFrom(link, outer))
      if (entering.length === 0) continue
      const feeders = entering.flatMap((link) => [...this.#feeds.feeders(link)])
      const found = this.#single(feeders, outer)
      watch.outer.push(found.watch)
      links.push(...found.links)
    }
    return watch
  }

  #single(sources: Iterable<PlanNode>, depth: number): { watch: Watch; links: PlanLink[] } {
    const inside = this.#reaching(sources, depth)
    const watch: Watch = { index: this.#count++, depth, outer: [], pending: [], carried: [] }
    for (const node of inside) node.flow?.watches.push(watch)
    const links = [...inside].flatMap((node) => this.#feeds.incoming.get(node) ?? [])
    for (const link of links)
      for (const at of link.flow?.isCarry ? link.flow.depths : []) if (at <= depth) watch.carried.push({ depth: at, link })
    for (const { source, from, flow } of links) {
      if (flow?.opens !== 'LOOP' || (source.flow?.linkedManyPins.length ?? 0) < 2) continue
      const pin = parsePinPath(from.slice(source.id.length + 1)).base
      // The turn that a value starts is inside of the iteration that brings it.
      const depths = flow.enters ? flow.depths.map((at) => at - 1) : flow.depths
      for (const at of depths) if (at <= depth) watch.pending.push({ depth: at, source, pin })
    }
    return { watch, links }
  }

  /** The nodes from which links lead to one of the sources without leaving an iteration of the given depth. */
  #reaching(sources: Iterable<PlanNode>, depth: number): Set<PlanNode> {
    const seen = new Set<PlanNode>()
    const left = [...sources]
    for (let node = left.pop(); node; node = left.pop()) {
      if (seen.has(node) || (node.flow?.maxRunDepth ?? -1) < depth) continue
      seen.add(node)
      const links = this.#feeds.incoming.get(node) ?? []
      this.#visited += 1 + links.length
      if (this.#visited > MAX_VISITED) throw tooComplex()
      for (const link of links) if (this.#feeds.leavesAt(link) > depth) left.push(...this.#feeds.feeders(link))
    }
    return seen
  }
}

/** Whether a link brings values of a shorter tag, which complete runs with a longer one. */
function bringsFrom({ flow }: PlanLink, depth: number): boolean {
  if (!flow || flow.back || flow.isCarry) return false
  return flow.depths.includes(flow.enters ? depth + 1 : depth)
}
