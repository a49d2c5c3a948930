import { AshlarError, type Page, type PageRequest } from '@ashlar/core'

const DEFAULT_FIRST = 20
const MOST = 100

interface ConnectionArgs {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

/**
 * Reads the arguments of a connection.
 *
 * @throws {AshlarError} BAD_INPUT when `first` is not 1 to 100, the cursor is not one of ours, or `last` / `before` are used
 */
export function parsePage({ first, after, last, before }: ConnectionArgs): PageRequest {
  if (last != null || before != null) throw badArgument('last', 'lists are paged forward: use "first" and "after"')
  const count = first ?? DEFAULT_FIRST
  if (count < 1 || count > MOST) throw badArgument('first', `must be 1 to ${MOST}, got ${count}`)
  return after == null ? { first: count } : { first: count, after: decodeCursor(after) }
}

/** A Relay connection of a page; cursors are made of each item's id. */
export function connectionOf<T>({ items, hasMore, total }: Page<T>, idOf: (item: T) => string) {
  const edges = items.map((node) => ({ node, cursor: encodeCursor(idOf(node)) }))
  return {
    edges,
    totalCount: total,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** A page of a list that is in memory already. */
export function sliceOf<T>(all: readonly T[], { first, after }: PageRequest, idOf: (item: T) => string): Page<T> {
  const start = after === undefined ? 0 : all.findIndex((item) => idOf(item) === after) + 1
  if (after !== undefined && start === 0) throw badArgument('after', 'is not a cursor of this list')
  return { items: all.slice(start, start + first), hasMore: all.length > start + first, total: all.length }
}

function encodeCursor(id: string): string {
  return Buffer.from(`after:${id}`).toString('base64url')
}

function decodeCursor(cursor: string): string {
  const id = /^after:(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (id === undefined) throw badArgument('after', 'is not a cursor of this list')
  return id
}

function badArgument(argument: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `argument "${argument}" ${message}`, { details: { path: [argument] } })
}
