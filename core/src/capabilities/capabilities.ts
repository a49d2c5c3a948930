import type pg from 'pg'
import { AshlarError, showValue } from '../errors/index.ts'
import type { Capabilities as Granted } from './manifest.ts'
import { createBlockStorage, type BlockStorage, type StoragePlace } from './storage.ts'

/** On whose behalf a block acts. */
interface Actor {
  ownerId: string
  /** None for a single block that runs by itself. */
  graphId: string | null
}

/** Performs what blocks ask for, in the worker, after checking on every call that the block's manifest names it. */
export interface Capabilities {
  /** @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT */
  perform(
    actor: Actor,
    block: { qualifiedName: string; capabilities: Granted },
    method: string,
    args: readonly unknown[],
  ): Promise<unknown>
}

export function createCapabilities(pool: pg.Pool): Capabilities {
  const storage = createBlockStorage(pool)
  return {
    perform(actor, block, method, args) {
      const perform = METHODS[method]
      if (!perform) throw new AshlarError('BAD_INPUT', `block ${block.qualifiedName}: there is no host call ${showValue(method)}`)
      const [scope, ...rest] = args
      return perform(storage, placeOf(actor, block, scope), rest)
    },
  }
}

type Perform = (storage: BlockStorage, place: StoragePlace, args: unknown[]) => Promise<unknown>

const METHODS: Record<string, Perform> = {
  'storage.get': (storage, place, [key]) => storage.get(place, key),
  'storage.set': (storage, place, [key, value]) => storage.set(place, key, value),
  'storage.compareAndSet': (storage, place, [key, expected, value]) => storage.compareAndSet(place, key, expected, value),
}

function placeOf(
  { ownerId, graphId }: Actor,
  block: { qualifiedName: string; capabilities: Granted },
  scope: unknown,
): StoragePlace {
  const isGranted = block.capabilities.storage?.some((granted) => granted === scope) ?? false
  if (!isGranted) {
    const message = `block ${block.qualifiedName} does not have the capability storage ${showValue(scope)}; its manifest must name it`
    throw new AshlarError('CAPABILITY_MISSING', message)
  }
  if (scope === 'graph' && graphId === null)
    throw new AshlarError(
      'BAD_INPUT',
      `block ${block.qualifiedName}: storage "graph" needs a graph, and this block runs by itself`,
    )
  return { ownerId, scope: scope === 'graph' ? `graph:${graphId}` : 'user' }
}
