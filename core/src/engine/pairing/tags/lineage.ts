import type { PlanNode } from '../../plan/index.ts'

/**
 * Which links a value has come through, for each node before it that has a pin with several links. Two values with the
 * same tag meet in a run only if their lineages agree: execution semantics, rule 26. In the order of the plan.
 * Undefined: no such node.
 */
export type Lineage = readonly Choice[] | undefined

interface Choice {
  node: PlanNode
  /** The places of the links in the document. */
  links: string
}

/** @returns null if the lineages disagree */
export function mergeLineages(a: Lineage, b: Lineage): Lineage | null {
  if (!a || !b || a === b) return a ?? b
  const merged: Choice[] = []
  let [i, j] = [0, 0]
  for (let [one, other] = [a[i], b[j]]; one ?? other; [one, other] = [a[i], b[j]]) {
    if (one && other && one.node === other.node) {
      if (one.links !== other.links) return null
      merged.push(one)
      i++
      j++
    } else if (one && (!other || one.node.index < other.node.index)) {
      merged.push(one)
      i++
    } else if (other) {
      merged.push(other)
      j++
    }
  }
  return merged
}

/** Returns the notes on which two lineages agree. */
export function commonLineage(a: Lineage, b: Lineage): Lineage {
  if (a === b) return a
  const common = a?.filter((choice) => b?.some(({ node, links }) => node === choice.node && links === choice.links))
  return common && common.length > 0 ? common : undefined
}

/** Notes which links a run of the node has taken. */
export function withChoice(lineage: Lineage, node: PlanNode, links: string): Lineage {
  const others = (lineage ?? []).filter((choice) => choice.node !== node)
  return [...others, { node, links }].toSorted((a, b) => a.node.index - b.node.index)
}

/** Leaves out the nodes of a cycle, whose next turn has a tag of its own. */
export function outsideOf(lineage: Lineage, nodes: ReadonlySet<PlanNode>): Lineage {
  const left = lineage?.filter(({ node }) => !nodes.has(node))
  return left && left.length > 0 ? left : undefined
}

/** A text that identifies the lineage. */
export function lineageKey(lineage: Lineage): string {
  return lineage ? lineage.map(({ node, links }) => `${node.index}:${links}`).join(';') : ''
}

export function compareLineages(a: Lineage, b: Lineage): number {
  if (a === b) return 0
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const [one, other] = [a?.[i], b?.[i]]
    if (!one || !other) return one ? 1 : -1
    const difference = one.node.index - other.node.index || compareNumbers(one.links, other.links)
    if (difference !== 0) return difference
  }
  return 0
}

function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.split(',').map(Number), b.split(',').map(Number)]
  for (let i = 0; i < one.length; i++) {
    const difference = (one[i] ?? 0) - (other[i] ?? 0)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}
