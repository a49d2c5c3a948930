import type { PinFlow, PlanNode } from '../plan/index.ts'
import { type Lineage, type NodeExecution, type Tag, mergeLineages, withChoice } from './tags/index.ts'
import type { Waiter } from './waiters.ts'

/** A value that has arrived at a pin. */
export interface Entry {
  value: unknown
  lineage: Lineage
  /** The place of its link in the document. */
  link: number
}

/** The values with one tag that have arrived at a node with several pins. */
export class Slot {
  readonly node: PlanNode
  readonly tag: Tag
  readonly entries = new Map<string, Entry[]>()
  /** The incomplete run with this tag. */
  open: NodeExecution | undefined
  /** The combinations of values that have a run. Only if a node repeats. */
  made: Set<string> | undefined
  hasRun = false
  /** Slots with longer tags that lack a value which may arrive with this tag. */
  waiting: Set<Slot> | undefined
  /** Decides its pins once no value can arrive. */
  waiter: Waiter | undefined

  constructor(node: PlanNode, tag: Tag) {
    this.node = node
    this.tag = tag
  }

  add(pin: PinFlow, entry: Entry): void {
    const entries = this.entries.get(pin.name)
    if (!entries || pin.isLatest) this.entries.set(pin.name, [entry])
    else entries.push(entry)
  }
}

/** The value of each pin of a run. Undefined: the run does without it. */
export type Combination = (Entry | undefined)[]

/**
 * Returns the combinations of values that may meet: those whose lineages agree.
 *
 * @param choices the values to choose from, by pin
 */
export function* combine(
  choices: readonly (readonly (Entry | undefined)[])[],
  lineage?: Lineage,
): Generator<[Combination, Lineage]> {
  const [first, ...rest] = choices
  if (!first) return void (yield [[], lineage])
  for (const entry of first) {
    const merged = entry ? mergeLineages(lineage, entry.lineage) : lineage
    if (merged === null) continue
    for (const [others, common] of combine(rest, merged)) yield [[entry, ...others], common]
  }
}

/** Notes the links of a combination, if the node has a pin with several links. */
export function chosen(node: PlanNode, lineage: Lineage, links: readonly (Entry | undefined)[]): Lineage {
  if (!node.flow?.hasChoice) return lineage
  return withChoice(lineage, node, links.map((entry) => entry?.link ?? -1).join(','))
}
