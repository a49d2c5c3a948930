/** A page of a list, newest first. */
export interface OldPage<T> {
  items: T[]
  hasMore: boolean
  total: number
}

export interface OldPageRequest {
  first: number
  /** The id of the last item of the previous page. */
  after?: string | undefined
}

/** @param items up to one more than `first`, which shows that another page exists */
export function toOldPage<T>(items: T[], first: number, total: number): OldPage<T> {
  return { items: items.slice(0, first), hasMore: items.length > first, total }
}
