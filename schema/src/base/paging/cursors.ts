import { AshlarError, isText, showValue, type Direction, type Position } from '@ashlar/core'

const MAX_FIRST = 100

/** The list and the order to which a cursor belongs. */
export interface ListPlace {
  list: string
  field: string
  direction: Direction
}

/** Reads the page size. @throws {AshlarError} BAD_INPUT unless it is 0 to 100 */
export function parseFirst(first: number | null | undefined): number {
  const count = first ?? 20
  if (count < 0 || count > MAX_FIRST) throw badArgument('first', `must be 0 to ${MAX_FIRST}, got ${count}`)
  return count
}

/** Encodes a position as base64url. Clients treat the result as opaque. */
export function encodeCursor({ list, field, direction }: ListPlace, { value, id }: Position): string {
  return Buffer.from(JSON.stringify([list, field, direction, value, id])).toString('base64url')
}

/** @throws {AshlarError} BAD_INPUT when it is not a cursor of this list in this order */
export function decodeCursor({ list, field, direction }: ListPlace, cursor: string): Position {
  const [ownList, ownField, ownDirection, value, id] = readParts(cursor)
  if (value === undefined || id === undefined) throw invalidCursor(cursor)
  if (ownList !== list) throw badArgument('after', `must be a cursor of this list, got one of a list of ${ownList}`)
  if (ownField !== field || ownDirection !== direction)
    throw badArgument(
      'after',
      `must be a cursor of a list in the same order: got ${ownField} ${ownDirection}, expected ${field} ${direction}`,
    )
  return { value, id }
}

function readParts(cursor: string): (string | undefined)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const isCursor = Array.isArray(parts) && parts.length === 5 && parts.every((part) => typeof part === 'string' && isText(part))
    return isCursor ? (parts as string[]) : []
  } catch {
    return []
  }
}

/** The error for text that is not a cursor. */
function invalidCursor(cursor: string): AshlarError {
  return badArgument('after', `must be a "cursor" or "endCursor" that this list has returned, got ${showValue(cursor)}`)
}

function badArgument(argument: string, message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `argument "${argument}" ${message}`, { details: { path: [argument] } })
}
