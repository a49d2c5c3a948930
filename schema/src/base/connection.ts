import type { Listed, Page } from '@ashlar/core'
import type { ObjectRef, OutputRef } from '@pothos/core'
import { builder, type SchemaTypes } from './builder.ts'

/** An item of a page. */
export interface Edge<Item> {
  cursor: string
  node: Item
}

/** A page of a list. */
export interface Connection<Item> {
  edges: Edge<Item>[]
  totalCount: number
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}

/** The type of the items, the name that the types of the list start with, and the items for descriptions: `graphs`. */
interface ItemType {
  type: OutputRef
  name: string
  plural: string
}

export function defineEdge<Item>({ type, name, plural }: ItemType) {
  return builder.objectRef<Edge<Item>>(`${name}Edge`).implement({
    description: `One of the ${plural} of a page.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'The place of the item in the list, for `after`.' }),
      node: t.field({ type, description: 'The item.', resolve: ({ node }) => node }),
    }),
  })
}

export function defineConnection<Item>({ name, plural }: Omit<ItemType, 'type'>, Edge: ObjectRef<SchemaTypes, Edge<Item>>) {
  return builder.objectRef<Connection<Item>>(`${name}Connection`).implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({ type: [Edge], description: 'The items of the page with their cursors.', resolve: ({ edges }) => edges }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: 'Whether and where the list continues.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
      totalCount: t.exposeInt('totalCount', { description: 'The number of items on all pages.' }),
    }),
  })
}

/** @param encode returns the cursor of an item */
export function toConnection<Item>(
  { items, hasMore, total }: Page<Item>,
  encode: (listed: Listed<Item>) => string,
): Connection<Item> {
  const edges = items.map((each) => ({ node: each.item, cursor: encode(each) }))
  return {
    edges,
    totalCount: total ?? 0,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
