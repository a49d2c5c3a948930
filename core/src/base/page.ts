/** The place of an item in a sorted list. */
export interface Position {
  /** Its sort value, as text. */
  value: string
  id: string
}

/** An item of a page. A list continues after its position. */
export interface Listed<T> {
  item: T
  position: Position
}

export interface Page<T> {
  items: Listed<T>[]
  hasMore: boolean
  /** The number of items on all pages. Undefined unless it was requested. */
  total?: number | undefined
}

export type Direction = 'ASC' | 'DESC'

export interface PageRequest<Filter = object, Field extends string = string> {
  /** The number of items. 0 returns none, but `total` if it is requested. */
  first: number
  /** The position of the last item of the previous page. */
  after?: Position | undefined
  orderBy: { field: Field; direction: Direction }
  filter: Filter
  countTotal: boolean
}

/** A filter by time. A bound that is not set does not limit it. */
export interface TimeRange {
  /** Inclusive. */
  from?: Date | null | undefined
  /** Exclusive. */
  to?: Date | null | undefined
}

/** Converts the items of a page. */
export function mapPage<T, U>(page: Page<T>, convert: (item: T) => U): Page<U> {
  return { ...page, items: page.items.map(({ item, position }) => ({ item: convert(item), position })) }
}

/** @param items up to one more than `first`, which shows that another page exists */
export function toPage<T>(items: readonly Listed<T>[], first: number, total?: number): Page<T> {
  return { items: items.slice(0, first), hasMore: items.length > first, total }
}

/**
 * Takes one page from a list in memory.
 *
 * @param items all items that match the filter, in any order
 * @param locate returns the position of an item. Items are sorted by its value, then by its id.
 */
export function sortPage<T>(
  items: readonly T[],
  { first, after, orderBy, countTotal }: Omit<PageRequest, 'filter'>,
  locate: (item: T) => Position,
): Page<T> {
  const sign = orderBy.direction === 'ASC' ? 1 : -1
  const sorted = items
    .map((item) => ({ item, position: locate(item) }))
    .toSorted((a, b) => sign * comparePositions(a.position, b.position))
  const rest = after === undefined ? sorted : sorted.filter(({ position }) => sign * comparePositions(position, after) > 0)
  return toPage(rest.slice(0, first + 1), first, countTotal ? items.length : undefined)
}

/** Compares by code units, so that the order does not depend on the locale of the machine. */
function comparePositions(a: Position, b: Position): number {
  return compareText(a.value, b.value) || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
