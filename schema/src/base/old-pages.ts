import type { OldPage, OldPageRequest, Page, PageRequest } from '@ashlar/core'

export function toOldRequest({ first, after }: PageRequest<never>): OldPageRequest {
  return { first, after: after?.id }
}

export function fromOldPage<T extends { id: string }>({ items, hasMore, total }: OldPage<T>): Page<T> {
  return { items: items.map((item) => ({ item, position: { value: item.id, id: item.id } })), hasMore, total }
}
