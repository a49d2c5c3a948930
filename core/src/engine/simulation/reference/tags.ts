import type { Lineage, Scope, Step, Tag } from './entities.ts'

export const ROOT: Tag = { steps: [], key: '' }

/** @param from for a turn that does not follow from the turn before it alone */
export function extend(parent: Tag, scope: Scope, k: number, from?: Step['from']): Tag {
  const own = from ? `${k}#${numberOf(scope, from)}` : String(k)
  return { steps: [...parent.steps, { scope, k, from }], key: `${parent.key}/${scope.key}[${own}]` }
}

export function isInside(tag: Tag, outer: Tag): boolean {
  return tag.key === outer.key || tag.key.startsWith(`${outer.key}/`)
}

/** Short, because the key of a later turn contains those of the turns before it. */
function numberOf({ origins }: Scope, { tag, lineage }: NonNullable<Step['from']>): number {
  const notes = [...lineage].map(([key, { link }]) => `${key}:${link}`)
  const text = [tag.key, ...notes.toSorted()].join('<')
  const number = origins.get(text) ?? origins.size
  origins.set(text, number)
  return number
}

/** All tags from the tag itself to the root. */
export function prefixes({ steps, key }: Tag): Tag[] {
  const found: Tag[] = [{ steps, key }]
  let left = key
  for (let depth = steps.length - 1; depth >= 0; depth--) {
    left = left.slice(0, left.lastIndexOf('/'))
    found.push({ steps: steps.slice(0, depth), key: left })
  }
  return found
}

/**
 * `rows[2]/inner[0]`: without the numbers of node executions, which depend on the order of arrival. A turn that a back
 * edge reaches from an inner loop names its iterations: `walk[2:0.1]`.
 */
export function showTag({ steps }: Tag): string {
  return steps.map((step) => `${step.scope.opener.id}[${turnText(step)}]`).join('/')
}

function turnText({ scope, k, from }: Step): string {
  const inner = from?.tag.steps.slice(from.tag.steps.findIndex((step) => step.scope === scope) + 1) ?? []
  if (inner.length === 0) return String(k)
  return `${k}:${inner.map(turnText).join('.')}`
}

export function agree(one: Lineage, other: Lineage): boolean {
  const [small, large] = one.size < other.size ? [one, other] : [other, one]
  for (const [key, note] of small) if ((large.get(key) ?? note).link !== note.link) return false
  return true
}

export function mergeLineages(lineages: readonly Lineage[]): Lineage {
  return new Map(lineages.flatMap((lineage) => [...lineage]))
}

/** The notes on which all agree. */
export function commonNotes([first, ...others]: readonly Lineage[]): Lineage {
  return new Map([...(first ?? [])].filter(([key, { link }]) => others.every((lineage) => lineage.get(key)?.link === link)))
}

/** The number of back edges on the way to a tag. */
export function turnsBefore({ steps }: Tag): number {
  return steps.reduce((sum, { scope, k }) => sum + (scope.opener.type === 'CYCLE' ? k : 0), 0)
}
