import { AshlarError, isUuid, showValue } from '@ashlar/core'

/** Types whose ids are columns of type `uuid`, to which Postgres refuses to compare any other text. */
const UUID_TYPES = new Set(['Credential', 'Execution', 'Graph', 'GraphVersion', 'User'])

/** Whether an object of the type can have this id. */
export function isIdOf(type: string, id: string): boolean {
  return UUID_TYPES.has(type) ? isUuid(id) : !id.includes('\0')
}

/** Global ids are `base64("<type>:<id>")`, opaque to clients. */
export function encodeGlobalId(type: string, id: string | number | bigint): string {
  return Buffer.from(`${type}:${id}`).toString('base64url')
}

/** @throws {AshlarError} BAD_INPUT when the text is no global id */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [, typename, id] = /^([A-Za-z]+):(.+)$/.exec(Buffer.from(globalId, 'base64url').toString()) ?? []
  if (typename === undefined || id === undefined || !isIdOf(typename, id))
    throw new AshlarError('BAD_INPUT', `${showValue(globalId)} is not an id of this API`)
  return { typename, id }
}

/**
 * The id within its type.
 *
 * @param name of the argument, for the message
 * @throws {AshlarError} BAD_INPUT when it is the id of something else, or no id at all
 */
export function parseGlobalId(globalId: string | number, type: string, name: string): string {
  const text = String(globalId)
  const details = { details: { path: [name] } }
  let decoded
  try {
    decoded = decodeGlobalId(text)
  } catch (cause) {
    throw new AshlarError('BAD_INPUT', `${name} must be the id of a ${type}, got ${showValue(text)}`, { ...details, cause })
  }
  if (decoded.typename !== type)
    throw new AshlarError('BAD_INPUT', `${name} must be the id of a ${type}, got that of a ${decoded.typename}`, details)
  return decoded.id
}

/** What a loader gives for each id, in order; Relay answers null for an id that stands for nothing. */
export function inOrder<T>(ids: readonly string[], found: ReadonlyMap<string, T>): T[] {
  return ids.map((id) => found.get(id) ?? (null as never))
}
