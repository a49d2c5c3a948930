import { AshlarError, type Page, type PageRequest } from '@ashlar/core'
import { isIdOf } from './global-ids.ts'

const DEFAULT_FIRST = 20
const MOST = 100

export interface ConnectionArgs {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

/**
 * Reads the arguments of a connection.
 *
 * @param type of the items: a cursor of a list of another type is refused
 * @throws {AshlarError} BAD_INPUT when `first` is not 1 to 100, `after` is not a cursor of this list, or `last` / `before` are used
 */
export function parsePage({ after, ...args }: ConnectionArgs, type: string): PageRequest {
  const first = parseFirst(args)
  return after == null ? { first } : { first, after: decodeCursor(after, type) }
}

/** Reads how many items a page has. @throws {AshlarError} BAD_INPUT like {@link parsePage} */
export function parseFirst({ first, last, before }: Omit<ConnectionArgs, 'after'>): number {
  if (last != null || before != null) throw badArgument('last', 'is not supported: use "first" and "after"')
  const count = first ?? DEFAULT_FIRST
  if (count < 1 || count > MOST) throw badArgument('first', `must be 1 to ${MOST}, got ${count}`)
  return count
}

/** A Relay connection of a page. A cursor is made of the type of the items and the id of its item. */
export function connectionOf<T>({ items, hasMore, total }: Page<T>, type: string, idOf: (item: T) => string) {
  const edges = items.map((node) => ({ node, cursor: encodeCursor(type, idOf(node)) }))
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
  if (after !== undefined && start === 0) throw notACursor()
  return { items: all.slice(start, start + first), hasMore: all.length > start + first, total: all.length }
}

function encodeCursor(type: string, id: string): string {
  return Buffer.from(`after:${type}:${id}`).toString('base64url')
}

function decodeCursor(cursor: string, type: string): string {
  const [, given, id] = /^after:(\w+):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (id === undefined || given !== type || !isIdOf(type, id)) throw notACursor()
  return id
}

function notACursor(): AshlarError {
  return badArgument('after', 'must be a cursor of this list, as "endCursor" or "cursor" returned it')
}

function badArgument(argument: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `argument "${argument}" ${message}`, { details: { path: [argument] } })
}
