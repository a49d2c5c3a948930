/** The part of graphcache's `Cache` that {@link updateLists} uses. */
interface Cache {
  inspectFields(entity: string): { fieldName: string; arguments: object | null }[]
  invalidate(entity: string | { __typename: string; id: string }, field?: string, args?: never): void
}

/** An updater of graphcache for the result of one mutation. */
export type Update = (result: Record<string, unknown>, args: unknown, cache: Cache, info: { fieldName: string }) => void

/**
 * Returns an updater that loads lists again if the payload of the mutation contains an edge or the id of a deleted
 * object. A failed mutation has neither.
 *
 * @param lists names of fields of `Query`
 */
export function updateLists(...lists: string[]): Update {
  return (result, _args, cache, { fieldName }) => {
    const payload = Object.entries(result[fieldName] ?? {}).filter(([, value]) => value != null)
    const deleted = payload.flatMap(([field, value]) => {
      const [, type] = /^deleted(\w+?)Ids?$/.exec(field) ?? []
      return type === undefined ? [] : [value].flat().map((id) => ({ __typename: type, id: String(id) }))
    })
    for (const entity of deleted) cache.invalidate(entity)
    if (deleted.length === 0 && !payload.some(([field]) => field.endsWith('Edge'))) return
    for (const field of cache.inspectFields('Query'))
      if (lists.includes(field.fieldName)) cache.invalidate('Query', field.fieldName, field.arguments as never)
  }
}
