import { AshlarError, showValue } from '../../errors/index.ts'
import { unknownHostCall, type Acting, type ActingBlock, type Power } from '../capability.ts'
import { capabilityMissing } from '../capability-errors.ts'
import type { BlockStorage } from './block-storage.ts'
import type { StoragePlace } from './statements.ts'

/**
 * Values that outlive an execution: `storage.get(scope, key)`, `storage.set(scope, key, value)`, `storage.delete(scope, key)`,
 * `storage.compareAndSet(scope, key, expected, value)`, `storage.list(scope, { prefix, after, first })`.
 */
export function createStorage(storage: BlockStorage): Power {
  return {
    effectOf: (method) => (method === 'storage.get' || method === 'storage.list' ? 'none' : 'once'),
    createSession: (acting) => ({
      async perform(method, [scope, ...args]) {
        const perform = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
        if (!perform) throw unknownHostCall(acting, method)
        return perform(storage, placeOf(acting, scope), args)
      },
    }),
  }
}

type Perform = (storage: BlockStorage, place: StoragePlace, args: unknown[]) => Promise<unknown>

const METHODS: Record<string, Perform> = {
  'storage.get': (storage, place, [key]) => storage.get(place, key),
  'storage.set': (storage, place, [key, value]) => storage.set(place, key, value),
  'storage.compareAndSet': (storage, place, [key, expected, value]) => storage.compareAndSet(place, key, expected, value),
  'storage.delete': (storage, place, [key]) => storage.delete(place, key),
  'storage.list': (storage, place, [page]) => storage.list(place, page),
}

function placeOf({ actor: { ownerId, graphId }, block }: Acting, scope: unknown): StoragePlace {
  const isGranted = block.capabilities.storage?.some((granted) => granted === scope) ?? false
  if (!isGranted) throw capabilityMissing(block, `storage ${showValue(scope)}`, `storage: [${showValue(scope)}]`)
  if (scope === 'graph' && graphId === null)
    throw new AshlarError(
      'BAD_INPUT',
      `block ${block.qualifiedName}: storage "graph" needs a graph, and this block runs by itself`,
    )
  if (scope === 'graph') return { ownerId, scope: `graph:${graphId}` }
  return { ownerId, scope: scope === 'plugin' ? `plugin:${pluginOf(block)}` : 'user' }
}

/** Whatever its version: a plugin that is installed anew finds its values. */
function pluginOf({ qualifiedName }: ActingBlock): string {
  return qualifiedName.slice(0, qualifiedName.indexOf('/'))
}
