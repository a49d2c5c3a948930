import { AshlarError, type OldPage, type OldPageRequest } from '@ashlar/core'
import { isValidId } from './global-ids.ts'

const DEFAULT_FIRST = 20
const MAX_FIRST = 100

export interface ConnectionArgs {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

/**
 * Reads the arguments of a connection.
 *
 * @param type of the items; a cursor of a list of another type is rejected
 * @throws {AshlarError} BAD_INPUT when `first` is not 1 to 100, `after` is not a cursor of this list,
 *   or `last` or `before` is set
 */
export function parsePage({ after, ...args }: ConnectionArgs, type: string): OldPageRequest {
  const first = parseFirst(args)
  return after == null ? { first } : { first, after: decodeCursor(after, type) }
}

/** Reads the page size. @throws {AshlarError} BAD_INPUT like {@link parsePage} */
export function parseFirst({ first, last, before }: Omit<ConnectionArgs, 'after'>): number {
  if (last != null || before != null) throw badArgument('last', 'is not supported: use "first" and "after"')
  const count = first ?? DEFAULT_FIRST
  if (count < 1 || count > MAX_FIRST) throw badArgument('first', `must be 1 to ${MAX_FIRST}, got ${count}`)
  return count
}

/** Converts a page to a Relay connection. A cursor contains the type and the id of its item. */
export function toConnection<T>({ items, hasMore, total }: OldPage<T>, type: string, getId: (item: T) => string) {
  const edges = items.map((node) => ({ node, cursor: encodeCursor(type, getId(node)) }))
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

/** Takes one page from a list in memory. @throws {AshlarError} BAD_INPUT when `after` is not in the list */
export function slicePage<T>(all: readonly T[], { first, after }: OldPageRequest, getId: (item: T) => string): OldPage<T> {
  const start = after === undefined ? 0 : all.findIndex((item) => getId(item) === after) + 1
  if (after !== undefined && start === 0) throw invalidCursor()
  return { items: all.slice(start, start + first), hasMore: all.length > start + first, total: all.length }
}

function encodeCursor(type: string, id: string): string {
  return Buffer.from(`after:${type}:${id}`).toString('base64url')
}

function decodeCursor(cursor: string, type: string): string {
  const [, given, id] = /^after:(\w+):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (id === undefined || given !== type || !isValidId(type, id)) throw invalidCursor()
  return id
}

function invalidCursor(): AshlarError {
  return badArgument('after', 'must be an "endCursor" or "cursor" that this list has returned')
}

function badArgument(argument: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `argument "${argument}" ${message}`, { details: { path: [argument] } })
}
