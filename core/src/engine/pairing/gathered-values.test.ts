import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PlanLink } from '../plan/index.ts'
import { GatheredList, type GatheredItem } from './gathered-list.ts'
import { GatheredPlaces, GatheredValues, GatherMemory } from './gathered-values.ts'
import { Scope, Tag } from './tags/index.ts'

const LINKS = [0, 1, 2].map((index) => ({ index, steps: [] }) as unknown as PlanLink)

/** Adds values whose events in the journal are 1, 2, 3 …; every fifth one is not in the journal. */
function gather(sizes: readonly number[], limit: number): { memory: GatherMemory; values: GatheredValues; all: string[] } {
  const memory = new GatherMemory(limit)
  const values = new GatheredValues(memory)
  const all = sizes.map((size, i) => `${i}`.padEnd(size, '.'))
  for (const [i, value] of all.entries()) values.add(value, i % 3, i % 5 === 4 ? undefined : i + 1)
  return { memory, values, all }
}

function read(list: unknown[] | GatheredList, journal: readonly string[], maxItems = 3, maxChars = 50): unknown[] {
  if (!(list instanceof GatheredList)) return list
  const items: GatheredItem[] = []
  while (items.length < list.length) items.push(...list.page(items.length, maxItems, maxChars))
  return items.map((item) => ('seq' in item ? journal[item.seq - 1] : item.value))
}

it('returns the same list whatever the memory is', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), fc.nat(200), fc.nat(), (sizes, limit, seed) => {
      const order = Uint32Array.from(sizes, (_, i) => i).sort((a, b) => ((a * seed) % 7) - ((b * seed) % 7) || b - a)
      const { values, all } = gather(sizes, limit)
      expect(read(values.toList(order, LINKS), all)).toEqual([...order].map((i) => all[i]))
    }),
  )
})

it('is an array while the values fit into the memory', () => {
  const { memory, values, all } = gather([1, 2, 3], 15)
  expect(memory.chars).toBe(12)
  expect(values.toList(undefined, LINKS)).toEqual(all)
  expect(memory.chars).toBe(0)
})

it('keeps only values that are not in the journal once the memory is full', () => {
  const { memory, values } = gather(Array<number>(1000).fill(98), 1000)
  expect(memory.chars).toBe(200 * 100)
  expect(values.toList(undefined, LINKS)).toBeInstanceOf(GatheredList)
})

it('drops the values of the collection that grows, and not those of another one', () => {
  const memory = new GatherMemory(10)
  const [small, large] = [new GatheredValues(memory), new GatheredValues(memory)]
  small.add('abc', 0, 1)
  large.add('a'.repeat(20), 0, 2)
  expect(memory.chars).toBe(5)
  expect(small.toList(undefined, LINKS)).toEqual(['abc'])
})

it('reads at least one value and at most the given length at a time', () => {
  const { values } = gather([10, 10, 90, 10], 0)
  const list = values.toList(undefined, LINKS) as GatheredList
  expect([0, 1, 2, 3].map((from) => list.page(from, 10, 30).length)).toEqual([2, 1, 1, 1])
  expect(list.page(0, 1, 1000)).toEqual([{ seq: 1, link: LINKS[0] }])
  expect(list.page(4, 10, 30)).toEqual([])
})

it('places the value of an iteration before those of the loops inside', () => {
  const places = new GatheredPlaces()
  const outer = new Scope('LOOP', new Tag(), undefined)
  const [first, second] = [0, 1].map((i) => new Tag(outer.parent, outer, i))
  const inner = new Scope('LOOP', first as Tag, undefined)
  for (const tag of [new Tag(first, inner, 1), second, new Tag(first, inner, 0), first]) places.add(tag as Tag)
  expect([0, 1, 2, 3].toSorted((a, b) => places.compare(a, b))).toEqual([3, 2, 0, 1])
})
