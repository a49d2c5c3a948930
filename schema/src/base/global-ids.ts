import { AshlarError, isUuid, showValue } from '@ashlar/core'

/** Types whose ids are `uuid` columns. Postgres rejects a comparison of such a column with any other text. */
const UUID_TYPES = new Set([
  'Account',
  'ApiKey',
  'BrowserSession',
  'Credential',
  'Execution',
  'Graph',
  'GraphVersion',
  'Invitation',
  'Member',
  'User',
])
/** All types that implement `Node`. A test compares them with the schema. */
export const NODE_TYPES = new Set([...UUID_TYPES, 'Block', 'NodeExecution', 'Plugin', 'PluginVersion', 'Provider'])

/** Whether the id has the form of an id of this type. */
function isValidId(type: string, id: string): boolean {
  return UUID_TYPES.has(type) ? isUuid(id) : !id.includes('\0')
}

const MAX_IDS = 100

/** @throws {AshlarError} BAD_INPUT when there are more than 100 ids */
export function assertFew<Id>(ids: Id[]): Id[] {
  if (ids.length <= MAX_IDS) return ids
  const message = `argument "ids" must have at most ${MAX_IDS} ids, got ${ids.length}`
  throw new AshlarError('BAD_INPUT', message, { details: { path: ['ids'] } })
}

/** Encodes `<type>:<id>` as base64url. Clients treat the result as opaque. */
export function encodeGlobalId(type: string, id: string | number | bigint): string {
  return Buffer.from(`${type}:${id}`).toString('base64url')
}

/** @throws {AshlarError} BAD_INPUT when the text is not a global id */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [, typename, id] = /^([A-Za-z]+):(.+)$/.exec(Buffer.from(globalId, 'base64url').toString()) ?? []
  if (typename === undefined || id === undefined || !NODE_TYPES.has(typename) || !isValidId(typename, id))
    throw new AshlarError(
      'BAD_INPUT',
      `${showValue(globalId)} is not the id of an object: use an "id" that this API has returned for one`,
    )
  return { typename, id }
}

/**
 * Decodes a global id to the id within its type.
 *
 * @param name of the argument, for the message
 * @param index in the argument, if it is a list
 * @throws {AshlarError} BAD_INPUT when it is the id of another type, or not an id
 */
export function parseGlobalId(globalId: string | number, type: string, name: string, index?: number): string {
  const text = String(globalId)
  const details = { details: { path: index === undefined ? [name] : [name, index] } }
  let decoded
  try {
    decoded = decodeGlobalId(text)
  } catch (cause) {
    throw new AshlarError('BAD_INPUT', `${name} must be an id of the type ${type}, got ${showValue(text)}`, { ...details, cause })
  }
  if (decoded.typename !== type)
    throw new AshlarError(
      'BAD_INPUT',
      `${name} must be an id of the type ${type}, got one of the type ${decoded.typename}`,
      details,
    )
  return decoded.id
}

/** Returns the object of each id, in order, as a loader must. Relay resolves an unknown id to null. */
export function inOrder<T>(ids: readonly string[], found: ReadonlyMap<string, T>): T[] {
  return ids.map((id) => found.get(id) ?? (null as never))
}
