/** A page of a list, newest first. */
export interface Page<T> {
  items: T[]
  hasMore: boolean
  total: number
}

export interface PageRequest {
  first: number
  /** The id of the last item of the previous page. */
  after?: string | undefined
}

/** @param items up to one more than `first`, which shows that another page exists */
export function toPage<T>(items: T[], first: number, total: number): Page<T> {
  return { items: items.slice(0, first), hasMore: items.length > first, total }
}
