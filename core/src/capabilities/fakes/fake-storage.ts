import { isDeepStrictEqual } from 'node:util'
import { createStorageParser, DEFAULT_STORAGE_LIMITS, type BlockStorage } from '../storage/index.ts'
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
    get: async (place, key) => placeOf(place).get(parse.key(key)) ?? null,
    set: async (place, key, value) => void placeOf(place).set(parse.key(key), clone(value)),
    async compareAndSet(place, key, expected, value) {
      const [parsed, before, after] = [parse.key(key), clone(expected), clone(value)]
      const is = placeOf(place).get(parsed) ?? null
      const fits = isDeepStrictEqual(clone(is), before)
      if (fits) placeOf(place).set(parsed, after)
      return fits
    },
    delete: async (place, key) => void placeOf(place).delete(parse.key(key)),
    async list(place, page) {
      const { prefix, after, first } = parse.page(page)
      const keys = [...placeOf(place).keys()].filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
      return keys.toSorted(compare).slice(0, first)
    },
  }
}

export function storedAtFirst({ graph, user, plugin }: Fakes['storage']): StoredValues {
  return new Map(Object.entries({ graph, user, plugin }).map(([scope, values]) => [scope, new Map(Object.entries(values))]))
}

const parse = createStorageParser(DEFAULT_STORAGE_LIMITS)

/** As it comes back. */
function clone(value: unknown): unknown {
  return JSON.parse(parse.value(value))
}

/** In the order of the characters' numbers, which is that of their UTF-8. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
