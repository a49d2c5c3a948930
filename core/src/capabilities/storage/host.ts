import { AshlarError, showValue } from '../../base/index.ts'
import { type Caller, type CapabilityHost, capabilityMissing, unknownHostCall } from '../capability/index.ts'
import type { BlockStorage } from './block-storage.ts'
import type { StorageGrant } from './grant.ts'
import type { StoragePlace } from './statements.ts'

type StorageCaller = Caller<{ storage?: StorageGrant | undefined }>

/**
 * Values that outlive an execution: `storage.get(scope, key)`, `storage.set(scope, key, value)`, `storage.delete(scope,
 * key)`, `storage.compareAndSet(scope, key, expected, value)`, `storage.list(scope, { prefix, after, first })`.
 */
export function createStorageHost(storage: BlockStorage): CapabilityHost<{ storage?: StorageGrant | undefined }> {
  return {
    createSession: (caller) => ({
      getEffect: (method) => (method === 'storage.get' || method === 'storage.list' ? 'none' : 'once'),
      async perform(method, [scope, ...args]) {
        const perform = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
        if (!perform) throw unknownHostCall(caller.block, method)
        return perform(storage, resolvePlace(caller, scope), args)
      },
      close: () => {},
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

function resolvePlace({ execution: { ownerId, graphId }, block }: StorageCaller, scope: unknown): StoragePlace {
  const isGranted = block.capabilities.storage?.some((granted) => granted === scope) ?? false
  if (!isGranted) throw capabilityMissing(block, `storage ${showValue(scope)}`, `storage: [${showValue(scope)}]`)
  if (scope === 'graph' && graphId === null)
    throw new AshlarError(
      'BAD_INPUT',
      `block ${block.qualifiedName}: the storage scope "graph" requires a graph, but the block runs without one`,
    )
  if (scope === 'graph') return { ownerId, scope: `graph:${graphId}` }
  return { ownerId, scope: scope === 'plugin' ? `plugin:${getPluginName(block.qualifiedName)}` : 'user' }
}

/** The name has no version, so a new version of a plugin finds the values of the previous one. */
function getPluginName(qualifiedName: string): string {
  return qualifiedName.slice(0, qualifiedName.indexOf('/'))
}
