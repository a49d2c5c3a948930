/** Part of a list, newest first. */
export interface Page<T> {
  items: T[]
  hasMore: boolean
  total: number
}

export interface PageRequest {
  first: number
  /** Id of the last item of the page before. */
  after?: string | undefined
}

/** @param items one more than wanted, when there are so many */
export function pageOf<T>(items: T[], first: number, total: number): Page<T> {
  return { items: items.slice(0, first), hasMore: items.length > first, total }
}
