import type { Lineage, Note, Scope, Step, Tag, Token } from './entities.ts'

/**
 * The order of the values in a list and at an output of the graph. Rule 33: position by position by the
 * loop, then by k; a prefix precedes what is inside of it; then by link; then by the links that the runs
 * behind the values took.
 */
export function compareTokens(one: Token, other: Token): number {
  return compareTags(one.tag, other.tag) || placeOf(one) - placeOf(other) || compareLineages(one.lineage, other.lineage)
}

export function compareTags(one: Tag, other: Tag): number {
  for (const [i, step] of one.steps.entries()) {
    const against = other.steps[i]
    if (!against) return 1
    const order = compareScopes(step.scope, against.scope) || step.k - against.k || compareOrigins(step, against)
    if (order !== 0) return order
  }
  return one.steps.length - other.steps.length
}

function compareOrigins({ from }: Step, { from: other }: Step): number {
  if (!from || !other) return Number(from !== undefined) - Number(other !== undefined)
  return compareTags(from.tag, other.tag) || compareLineages(from.lineage, other.lineage)
}

export function compareScopes(one: Scope, other: Scope): number {
  if (one === other) return 0
  const lineages = compareLineages(one.lineage, other.lineage)
  const [step, another] = [one.producer?.step ?? 0, other.producer?.step ?? 0]
  return one.opener.place - other.opener.place || lineages || step - another
}

/** By the links that were taken, at the nodes in the order of the document. */
export function compareLineages(one: Lineage, other: Lineage): number {
  const [notes, others] = [inOrder(one), inOrder(other)]
  for (const [i, note] of notes.entries()) {
    const against = others[i]
    if (!against) return 1
    const order = note.turn - against.turn || note.node - against.node || note.pin - against.pin || note.link - against.link
    if (order !== 0) return order
  }
  return notes.length - others.length
}

function inOrder(lineage: Lineage): Note[] {
  return [...lineage.values()].toSorted((a, b) => a.turn - b.turn || a.node - b.node || a.pin - b.pin)
}

function placeOf({ link }: Token): number {
  return link?.place ?? -1
}
