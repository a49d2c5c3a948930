import type { Run, Scope, Step, Tag, Token } from './entities.ts'

/**
 * The order of the values in a list and at an output of the graph. Rule 34: position by position by the
 * loop, then by k; a prefix precedes what is inside of it; then by link; then by the runs that the values came from.
 */
export function compareTokens(one: Token, other: Token): number {
  return compareTags(one.tag, other.tag) || placeOf(one) - placeOf(other) || compareRuns(one.from, other.from)
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
  return from && other ? compareTags(from, other) : 0
}

function compareScopes(one: Scope, other: Scope): number {
  if (one === other) return 0
  return one.opener.place - other.opener.place || compareRuns(one.producer, other.producer)
}

/** Runs of one node with one tag differ by what they took: by link, pin by pin, then by where that came from. */
export function compareRuns(one: Run | undefined, other: Run | undefined): number {
  if (one === other || !one || !other) return 0
  if (one.node !== other.node) return one.node.place - other.node.place
  for (const pin of one.node.pins) {
    const [taken, against] = [one.taken.get(pin), other.taken.get(pin)]
    if (!taken || !against || taken === against) continue
    const order = compareTokens(taken, against)
    if (order !== 0) return order
  }
  return 0
}

function placeOf({ link }: Token): number {
  return link?.place ?? -1
}
