import DataLoader from 'dataloader'
import type { SchemaContext } from './context.ts'

const loaders = new WeakMap<SchemaContext, Map<string, DataLoader<string, unknown>>>()

/**
 * Loads a value of one parent together with those of the other parents that the request asks for at the same time. Each
 * parent is loaded once.
 *
 * @param key names what is loaded: the field and its arguments
 * @param loadMany returns the value of each parent, or its error, by its id
 */
export function loadTogether<Value>(
  context: SchemaContext,
  key: string,
  parentId: string,
  loadMany: (parentIds: readonly string[]) => Promise<ReadonlyMap<string, Value | Error>>,
): Promise<Value> {
  const own = loaders.get(context) ?? new Map<string, DataLoader<string, unknown>>()
  loaders.set(context, own)
  const loader = own.get(key) ?? new DataLoader(async (ids) => inOrder(ids, await loadMany([...new Set(ids)])), { cache: false })
  own.set(key, loader)
  return loader.load(parentId) as Promise<Value>
}

function inOrder<Value>(ids: readonly string[], values: ReadonlyMap<string, Value>): (Value | Error)[] {
  return ids.map((id) => (values.has(id) ? (values.get(id) as Value) : new Error(`nothing was loaded for ${id}`)))
}
