import type { Run } from './state.ts'

/** What opens scopes: a node with a pin that is `many`, the tool calls of a node, or a cycle. */
export interface Opener {
  type: 'LOOP' | 'TOOLS' | 'CYCLE'
  /** The id of the node; for a cycle, of its first node in the document. */
  id: string
  /** The place of that node in the document. */
  place: number
}

/** Opened by one run of a node, or by a cycle at one outer tag. */
export interface Scope {
  opener: Opener
  parent: Tag
  /** The producer of the iterations; undefined for a cycle. */
  producer: Run | undefined
  /** The notes that all values of the scope share. */
  lineage: Lineage
  iterations: number
  /** The message of the failed producer. */
  failure: string | undefined
  key: string
}

export interface Step {
  scope: Scope
  k: number
}

/** The path of iterations to which a value belongs, outermost first. Tags are equal if their keys are equal. */
export interface Tag {
  steps: readonly Step[]
  key: string
}

/**
 * Which links the runs behind a value took, by run and pin, where a pin has several links. Values whose notes differ
 * never meet.
 */
export type Lineage = ReadonlyMap<string, number>

export const ROOT: Tag = { steps: [], key: '' }

export function extend(parent: Tag, scope: Scope, k: number): Tag {
  return { steps: [...parent.steps, { scope, k }], key: `${parent.key}/${scope.key}[${k}]` }
}

export function isInside(tag: Tag, outer: Tag): boolean {
  return tag.key === outer.key || tag.key.startsWith(`${outer.key}/`)
}

/** Also false for what belongs to a later turn of a cycle around the outer tag, which starts inside of this turn. */
export function isWithin(tag: Tag, outer: Tag): boolean {
  const later = tag.steps.slice(outer.steps.length)
  return isInside(tag, outer) && !later.some(({ scope }) => outer.steps.some((step) => step.scope.opener === scope.opener))
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

/** `rows[2]/inner[0]`: without the numbers of node executions, which depend on the order of arrival. */
export function showTag({ steps }: Tag): string {
  return steps.map(({ scope, k }) => `${scope.opener.id}[${k}]`).join('/')
}

export function agree(one: Lineage, other: Lineage): boolean {
  const [small, large] = one.size < other.size ? [one, other] : [other, one]
  for (const [key, link] of small) if ((large.get(key) ?? link) !== link) return false
  return true
}

export function mergeLineages(lineages: readonly Lineage[]): Lineage {
  return new Map(lineages.flatMap((lineage) => [...lineage]))
}

/** The notes on which all agree. */
export function commonNotes([first, ...others]: readonly Lineage[]): Lineage {
  return new Map([...(first ?? [])].filter(([key, link]) => others.every((lineage) => lineage.get(key) === link)))
}
