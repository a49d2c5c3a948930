import { compareLineages, type Lineage } from './lineage.ts'
import type { Scope, Tag } from './state.ts'

/** @returns the first part of a tag with this depth; undefined if the tag is shorter */
export function ancestorAt(tag: Tag, depth: number): Tag | undefined {
  if (tag.depth < depth) return undefined
  let found: Tag = tag
  while (found.depth > depth && found.parent) found = found.parent
  return found
}

/** Orders tags: by iteration, a shorter one first. Loops of different nodes are in the order of the document. */
export function compareTags(a: Tag, b: Tag): number {
  /** Turns with the same number that back edges have reached from different places. There may be a million turns. */
  const turns: [Lineage, Lineage][] = []
  let order = 0
  for (let [one, other] = [a, b]; one !== other;) {
    const [left, right] = findDifference(one, other)
    if (left && right && left.scope !== right.scope) order = compareScopes(left.scope, right.scope)
    else if (left && right) order = left.index - right.index
    if (order !== 0 || !left?.from || !right?.from) {
      order ||= one.depth - other.depth
      break
    }
    turns.push([left.from.lineage, right.from.lineage])
    ;[one, other] = [left.from.tag, right.from.tag]
  }
  for (let turn = turns.pop(); turn && order === 0; turn = turns.pop()) order = compareLineages(...turn)
  return order
}

/** Returns the first parts of two tags that differ; none if one tag begins with the other. */
function findDifference(a: Tag, b: Tag): [left: Tag | undefined, right: Tag | undefined] {
  if (a.parent === b.parent) return [a, b]
  const [one, other] = [pathOf(a), pathOf(b)]
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const [left, right] = [one[i], other[i]]
    const isSame = left === right || (left?.scope === right?.scope && left?.index === right?.index && !left?.from)
    if (!isSame) return [left, right]
  }
  return [undefined, undefined]
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
