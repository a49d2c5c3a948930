import type { PlanLink, PlanNode } from './plan.ts'
import type { Feeds } from './reach.ts'

/**
 * The order in which what waits at several nodes is settled: each node comes after those whose runs can cause its
 * values. A value of a pin `done` or `caught` is also caused by the nodes inside the loop.
 *
 * @param order without such causes
 */
export function settleOrder(
  order: readonly PlanNode[],
  { incoming, feeders }: Pick<Feeds, 'incoming' | 'feeders'>,
): ReadonlySet<PlanNode> {
  const missing = new Map<PlanNode, number>()
  const followers = new Map<PlanNode, PlanNode[]>()
  for (const sink of order)
    for (const link of incoming.get(sink) ?? []) {
      if (!isForward(link)) continue
      const causes = [...feeders(link)]
      const behind = causes.length > 1 ? reach(sink) : undefined
      for (const cause of causes) {
        if (behind?.has(cause)) continue
        missing.set(sink, (missing.get(sink) ?? 0) + 1)
        const known = followers.get(cause)
        if (known) known.push(sink)
        else followers.set(cause, [sink])
      }
    }
  const sorted = new Set<PlanNode>()
  const add = (first: PlanNode): void => {
    const ready = [first]
    for (const node of ready) {
      if (sorted.has(node)) continue
      sorted.add(node)
      for (const next of followers.get(node) ?? []) {
        const left = (missing.get(next) ?? 0) - 1
        missing.set(next, left)
        if (left === 0) ready.push(next)
      }
    }
  }
  for (const node of order) if (!missing.has(node)) add(node)
  for (const node of order) add(node) // loops that wait for each other
  return sorted
}

/** The node and all nodes behind it. */
export function reach(start: PlanNode): Set<PlanNode> {
  const found = new Set([start])
  for (const node of found) for (const link of [...node.links.values()].flat()) if (isForward(link)) found.add(link.sink)
  return found
}

function isForward({ flow }: PlanLink): boolean {
  return flow !== undefined && !flow.back && !flow.isCarry
}
