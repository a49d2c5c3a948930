import { isDeepStrictEqual } from 'node:util'
import type { BlockStorage } from '../storage/index.ts'
import type { Fakes } from './fakes.ts'

/** Values by scope (`graph`, `user`, `plugin`) and key. */
export type StoredValues = Map<string, Map<string, unknown>>

/** Keeps values in memory, in the maps it is given; there is one user, one graph and one plugin. */
export function createFakeStorage(values: StoredValues): BlockStorage {
  const placeOf = ({ scope }: { scope: string }): Map<string, unknown> => {
    const [kind = ''] = scope.split(':')
    const place = values.get(kind) ?? new Map<string, unknown>()
    values.set(kind, place)
    return place
  }
  return {
    get: (place, key) => Promise.resolve(placeOf(place).get(String(key)) ?? null),
    set: (place, key, value) => Promise.resolve(void placeOf(place).set(String(key), clone(value))),
    compareAndSet(place, key, expected, value) {
      const is = placeOf(place).get(String(key)) ?? null
      const fits = isDeepStrictEqual(clone(is), clone(expected))
      if (fits) placeOf(place).set(String(key), clone(value))
      return Promise.resolve(fits)
    },
    delete: (place, key) => Promise.resolve(void placeOf(place).delete(String(key))),
    list(place, page) {
      const { prefix = '', after = '', first = 1000 } = (page ?? {}) as { prefix?: string; after?: string; first?: number }
      const keys = [...placeOf(place).keys()].filter((key) => key.startsWith(prefix) && key > after)
      return Promise.resolve(keys.toSorted().slice(0, first))
    },
  }
}

export function storedAtFirst({ graph, user, plugin }: Fakes['storage']): StoredValues {
  return new Map(Object.entries({ graph, user, plugin }).map(([scope, values]) => [scope, new Map(Object.entries(values))]))
}

/** As it comes back from JSON. */
function clone(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}
