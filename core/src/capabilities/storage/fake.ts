import { isEqual, parseJson } from '@ashlar/sdk/json'
import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import type { BlockStorage } from './block-storage.ts'
import { DEFAULT_STORAGE_LIMITS } from './limits.ts'
import { buildStorageParser } from './parse.ts'

const valuesSchema = z.record(z.string(), z.unknown()).default({})

/** `storage` in the `Fakes` of the SDK: values by scope and key. */
export const storageFakeSchema = z.strictObject({ graph: valuesSchema, user: valuesSchema, plugin: valuesSchema }).prefault({})

/** Values by scope (`graph`, `user`, `plugin`) and key. */
export type StoredValues = Map<string, Map<string, unknown>>

/**
 * Keeps values in memory, with the limits of the real storage, for one user, one graph and one plugin.
 *
 * @param values is modified
 */
export function createFakeStorage(values: StoredValues): BlockStorage {
  const used = new Map<string, number>()
  const getPlace = ({ scope }: { scope: string }): Place => {
    const [kind = ''] = scope.split(':')
    const kept = values.get(kind) ?? new Map<string, unknown>()
    values.set(kind, kept)
    return { kept, kib: used.get(kind) ?? sumKib(kept), use: (kib) => used.set(kind, kib) }
  }
  return {
    get: async (place, key) => getPlace(place).kept.get(parse.key(key)) ?? null,
    set: async (place, key, value) => write(getPlace(place), parse.key(key), clone(value)),
    async compareAndSet(place, key, expected, value) {
      const [name, before, after] = [parse.key(key), clone(expected), clone(value)]
      const found = getPlace(place)
      const fits = isEqual(clone(found.kept.get(name)), before)
      if (fits) write(found, name, after)
      return fits
    },
    async delete(place, key) {
      const { kept, kib, use } = getPlace(place)
      const name = parse.key(key)
      use(kib - (kept.has(name) ? countKib(name, kept.get(name)) : 0))
      kept.delete(name)
    },
    async list(place, page) {
      const { prefix, after, first } = parse.page(page)
      const keys = [...getPlace(place).kept.keys()].filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
      return keys.toSorted(compare).slice(0, first)
    },
  }
}

interface Place {
  kept: Map<string, unknown>
  /** Size of all entries; see `StorageLimits.maxKib`. */
  kib: number
  use(kib: number): void
}

const { maxKeys, maxKib } = DEFAULT_STORAGE_LIMITS
const parse = buildStorageParser(DEFAULT_STORAGE_LIMITS)

function write({ kept, kib, use }: Place, key: string, value: unknown): void {
  const isNew = !kept.has(key)
  const more = countKib(key, value) - (isNew ? 0 : countKib(key, kept.get(key)))
  if ((more > 0 && kib + more > maxKib) || (isNew && kept.size >= maxKeys))
    throw new AshlarError('OUTPUT_LIMIT', `storage: a scope holds at most ${maxKeys} keys and ${maxKib} KiB of values`)
  use(kib + more)
  kept.set(key, value)
}

function countKib(key: string, value: unknown): number {
  return Math.ceil((Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(value ?? null))) / 1024)
}

function sumKib(kept: ReadonlyMap<string, unknown>): number {
  return [...kept].reduce((sum, [key, value]) => sum + countKib(key, value), 0)
}

export function readInitialValues({ graph, user, plugin }: z.output<typeof storageFakeSchema>): StoredValues {
  return new Map(Object.entries({ graph, user, plugin }).map(([scope, values]) => [scope, new Map(Object.entries(values))]))
}

/** Converts a value to JSON and back, as the real storage does. */
function clone(value: unknown): unknown {
  return parseJson(parse.value(value))
}

/** Compares by code point, which is the order of the UTF-8 bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
