import type { PlanLink, PlanNode } from './plan.ts'
import type { Watch, WatchSet } from './flow-plan.ts'

/** The facts of a graph that determine which runs can cause a value. */
export interface Feeds {
  /** Links to each node. */
  incoming: ReadonlyMap<PlanNode, readonly PlanLink[]>
  /** The nodes whose runs cause values of a link directly. */
  feeders: (link: PlanLink) => Iterable<PlanNode>
  /** The depth from which a value of the link is in another iteration than its cause: that of a turn, or of a carry. */
  leavesAt: (link: PlanLink) => number
}

/** Creates watches and registers them at the nodes whose runs they count. */
export class Watches {
  readonly #feeds: Feeds
  #count = 0

  constructor(feeds: Feeds) {
    this.#feeds = feeds
  }

  /**
   * @param sources the nodes whose runs cause the value directly
   * @param depths of the tags that the watch counts
   */
  create(sources: Iterable<PlanNode>, depths: Iterable<number>): WatchSet {
    const byDepth = new Map<number, Watch>()
    for (const depth of depths) {
      const watch: Watch = { index: this.#count++, depth }
      byDepth.set(depth, watch)
      for (const node of this.#reaching(sources, depth)) node.flow?.watches.push(watch)
    }
    return { byDepth }
  }

  /** The nodes from which links lead to one of the sources without leaving an iteration of the given depth. */
  #reaching(sources: Iterable<PlanNode>, depth: number): Set<PlanNode> {
    const seen = new Set<PlanNode>()
    const left = [...sources]
    for (let node = left.pop(); node; node = left.pop()) {
      if (seen.has(node) || (node.flow?.maxRunDepth ?? -1) < depth) continue
      seen.add(node)
      for (const link of this.#feeds.incoming.get(node) ?? [])
        if (this.#feeds.leavesAt(link) > depth) left.push(...this.#feeds.feeders(link))
    }
    return seen
  }
}
