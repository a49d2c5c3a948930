import { isEqual, parseJson } from '@ashlar/sdk/json'
import { AshlarError } from '../../errors/index.ts'
import { createStorageParser, DEFAULT_STORAGE_LIMITS, type BlockStorage } from './index.ts'
import type { Fakes } from '../fakes.ts'

/** Values by scope (`graph`, `user`, `plugin`) and key. */
export type StoredValues = Map<string, Map<string, unknown>>

/** Keeps values in memory, in the maps it is given, with the limits of real ones; there is one user, one graph and one plugin. */
export function createFakeStorage(values: StoredValues): BlockStorage {
  const used = new Map<string, number>()
  const placeOf = ({ scope }: { scope: string }): Place => {
    const [kind = ''] = scope.split(':')
    const kept = values.get(kind) ?? new Map<string, unknown>()
    values.set(kind, kept)
    return { kept, kib: used.get(kind) ?? kibOfAll(kept), use: (kib) => used.set(kind, kib) }
  }
  return {
    get: async (place, key) => placeOf(place).kept.get(parse.key(key)) ?? null,
    set: async (place, key, value) => write(placeOf(place), parse.key(key), clone(value)),
    async compareAndSet(place, key, expected, value) {
      const [name, before, after] = [parse.key(key), clone(expected), clone(value)]
      const found = placeOf(place)
      const fits = isEqual(clone(found.kept.get(name)), before)
      if (fits) write(found, name, after)
      return fits
    },
    async delete(place, key) {
      const { kept, kib, use } = placeOf(place)
      const name = parse.key(key)
      use(kib - (kept.has(name) ? kibOf(name, kept.get(name)) : 0))
      kept.delete(name)
    },
    async list(place, page) {
      const { prefix, after, first } = parse.page(page)
      const keys = [...placeOf(place).kept.keys()].filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
      return keys.toSorted(compare).slice(0, first)
    },
  }
}

interface Place {
  kept: Map<string, unknown>
  /** What it holds, keys and values together; each of them counts as whole KiB. */
  kib: number
  use(kib: number): void
}

const { maxKeys, maxKib } = DEFAULT_STORAGE_LIMITS
const parse = createStorageParser(DEFAULT_STORAGE_LIMITS)

function write({ kept, kib, use }: Place, key: string, value: unknown): void {
  const isNew = !kept.has(key)
  const more = kibOf(key, value) - (isNew ? 0 : kibOf(key, kept.get(key)))
  if ((more > 0 && kib + more > maxKib) || (isNew && kept.size >= maxKeys))
    throw new AshlarError('OUTPUT_LIMIT', `storage: a scope holds at most ${maxKeys} keys and ${maxKib} KiB of values`)
  use(kib + more)
  kept.set(key, value)
}

function kibOf(key: string, value: unknown): number {
  return Math.ceil((Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(value ?? null))) / 1024)
}

function kibOfAll(kept: ReadonlyMap<string, unknown>): number {
  return [...kept].reduce((sum, [key, value]) => sum + kibOf(key, value), 0)
}

export function storedAtFirst({ graph, user, plugin }: Fakes['storage']): StoredValues {
  return new Map(Object.entries({ graph, user, plugin }).map(([scope, values]) => [scope, new Map(Object.entries(values))]))
}

/** As it comes back. */
function clone(value: unknown): unknown {
  return parseJson(parse.value(value))
}

/** In the order of the characters' numbers, which is that of their UTF-8. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
