import type { CyclePlan, GatherPlan, PlanLink, PlanNode } from '../plan/index.ts'
import { compareLineages, type Lineage } from './lineage.ts'
import type { NodeExecution } from './node-execution.ts'

/**
 * The iteration to which a value or a run belongs. Tags form a tree: the parent of an iteration is the tag of the run
 * that produces its loop. The root belongs to no iteration. Two tags are equal if they are the same object.
 */
export class Tag {
  readonly parent: Tag | undefined
  /** Undefined for the root. */
  readonly scope: Scope | undefined
  /** 0, 1, 2 … in its scope. 0 for the root. */
  readonly index: number
  readonly depth: number
  /** The tag and the lineage from which a back edge has led to this turn of a cycle. */
  readonly from: { tag: Tag; lineage: Lineage } | undefined
  /** The number of runs with this tag, or with a longer one, that have not ended. */
  alive = 0
  /** Those that are queued or running. */
  active = 0
  /** Node executions that count towards its budget. */
  used = 0
  hasFailed = false
  /** The values that have arrived with this tag, by receiving node. See `Joins`. */
  slots: Map<PlanNode, unknown> | undefined
  /** For each watch of its depth, the number of runs that it counts. */
  counts: Map<number, number> | undefined
  /** What waits until a count is 0, by watch. */
  waiters: Map<number, Set<unknown>> | undefined
  gathers: Map<GatherPlan, unknown> | undefined
  /** The cycles whose turns have this tag as parent. */
  cycles: Map<CyclePlan, Scope> | undefined
  /** The turns to which back edges lead from here, by cycle and lineage. */
  nexts: Map<CyclePlan, Map<string, Tag>> | undefined
  /** The values that earlier iterations have carried here. */
  carried: Map<PlanLink, unknown> | undefined
  /** The collect nodes that have received a value of this iteration. */
  gathered: Set<PlanNode> | undefined

  constructor(parent?: Tag, scope?: Scope, index = 0, from?: { tag: Tag; lineage: Lineage }) {
    this.parent = parent
    this.scope = scope
    this.index = index
    this.depth = parent ? parent.depth + 1 : 0
    this.from = from
  }
}

/** The iterations that one run produces, or the turns of one cycle for one outer tag. */
export class Scope {
  /** Undefined for a cycle. */
  readonly producer: NodeExecution | undefined
  readonly cycle: CyclePlan | undefined
  readonly kind: 'LOOP' | 'TOOLS' | 'CYCLE'
  readonly parent: Tag
  /** That of the producer; for a cycle, the notes on which all values that have entered it agree. */
  lineage: Lineage
  /** The number of iterations so far. */
  opened = 0
  /** The number of iterations in which a run has not ended, and in which a run is queued or running. */
  alive = 0
  active = 0
  failed = 0
  /** The number of iterations that have delivered a value to a collect node of this scope. */
  delivered = 0
  /** The number of values of each pin that is many. */
  readonly counts = new Map<string, number>()
  /** Whether the producer has stated the iteration of a value, so that counts may differ. */
  hasExplicit = false
  isProduced = false
  isEnded = false
  /** The message of the failure of the producer. */
  failure: string | undefined
  /** Iterations that may still receive values of the producer. */
  readonly open = new Map<number, Tag>()
  /** The iterations of tool calls, by sink and number. */
  calls: Map<string, Tag> | undefined
  /** What waits for values of the producer. */
  waiters: Set<unknown> | undefined
  /** The first iteration for which no value is carried yet, by link. */
  carries: Map<PlanLink, unknown> | undefined

  constructor(kind: Scope['kind'], parent: Tag, producer: NodeExecution | undefined, cycle?: CyclePlan) {
    this.kind = kind
    this.parent = parent
    this.producer = producer
    this.cycle = cycle
    this.lineage = producer?.lineage
  }
}

/** @returns the first part of a tag with this depth; undefined if the tag is shorter */
export function ancestorAt(tag: Tag, depth: number): Tag | undefined {
  if (tag.depth < depth) return undefined
  let found: Tag = tag
  while (found.depth > depth && found.parent) found = found.parent
  return found
}

/** Orders tags: by iteration, a shorter one first. Loops of different nodes are in the order of the document. */
export function compareTags(a: Tag, b: Tag): number {
  if (a === b) return 0
  if (a.scope === b.scope && a.parent === b.parent) return compareIterations(a, b)
  const [one, other] = [pathOf(a), pathOf(b)]
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const [left, right] = [one[i], other[i]]
    if (!left || !right || left === right) continue
    const order = left.scope === right.scope ? compareIterations(left, right) : compareScopes(left.scope, right.scope)
    if (order !== 0) return order
  }
  return one.length - other.length
}

function compareIterations(a: Tag, b: Tag): number {
  if (a.index !== b.index || !a.from || !b.from) return a.index - b.index
  return compareTags(a.from.tag, b.from.tag) || compareLineages(a.from.lineage, b.from.lineage)
}

function compareScopes(a: Scope | undefined, b: Scope | undefined): number {
  const [one, other] = [a?.producer, b?.producer]
  return (
    placeOf(a) - placeOf(b) ||
    compareLineages(one?.lineage, other?.lineage) ||
    (one?.n ?? 0) - (other?.n ?? 0) ||
    (a?.kind ?? '').localeCompare(b?.kind ?? '') ||
    (a?.cycle?.index ?? 0) - (b?.cycle?.index ?? 0)
  )
}

/** The place in the document of the node that opens a scope; for a cycle, of its first node. */
function placeOf(scope: Scope | undefined): number {
  if (scope?.producer) return scope.producer.node.index
  return Math.min(...[...(scope?.cycle?.nodes ?? [])].map(({ index }) => index))
}

function pathOf(tag: Tag): Tag[] {
  const path: Tag[] = []
  for (let each: Tag | undefined = tag; each?.parent; each = each.parent) path.push(each)
  return path.toReversed()
}

/** The text of a tag: `rows.1[42]/inner.43[0]`; empty for the root. The turns of a cycle: `cycle-1[3]`. */
export function formatTag(tag: Tag): string {
  if (!tag.parent || !tag.scope) return ''
  const { kind, producer, cycle } = tag.scope
  const name = producer
    ? `${producer.node.id}.${producer.n}${kind === 'TOOLS' ? '.tools' : ''}`
    : `cycle-${(cycle?.index ?? 0) + 1}`
  const own = `${name}[${turnText(tag)}]`
  const before = formatTag(tag.parent)
  return before === '' ? own : `${before}/${own}`
}

/** A turn that a back edge reaches from an inner iteration is one of several with the same number. */
function turnText({ index, from, scope }: Tag): string {
  if (!from || from.tag.scope === scope) return String(index)
  const inner: string[] = []
  for (let each: Tag | undefined = from.tag; each && each.scope !== scope; each = each.parent) inner.push(turnText(each))
  return `${index}:${inner.toReversed().join('.')}`
}
