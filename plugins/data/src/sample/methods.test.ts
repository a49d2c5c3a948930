import { describe, expect, it } from 'vitest'
import { METHODS, type Sampling } from './methods.ts'
import { createRandom } from './random.ts'

const rows = Array.from({ length: 12 }, (_, i) => ({ n: i, group: i < 6 ? 'a' : i < 10 ? 'b' : 'c', weight: i }))
const sampling = (seed: number): Sampling => ({
  rows,
  size: 6,
  random: createRandom(seed),
  stratifyKey: 'group',
  weightKey: 'weight',
  clusterKey: 'group',
})
const SEEDS = Array.from({ length: 50 }, (_, i) => i)

describe.each(Object.entries(METHODS))('%s', (_name, method) => {
  it('chooses as many rows as wanted, and the same with the same seed', () => {
    for (const seed of SEEDS) {
      const chosen = method(sampling(seed))
      expect(chosen).toHaveLength(6)
      expect(chosen.every((i) => i >= 0 && i < 12)).toBe(true)
      expect(method(sampling(seed))).toEqual(chosen)
    }
  })
})

it.each(Object.entries(METHODS).filter(([name]) => name !== 'weighted'))('%s chooses no row twice', (_name, method) => {
  for (const seed of SEEDS) expect(new Set(method(sampling(seed))).size).toBe(6)
})

it('random reaches every row', () => {
  expect(new Set(SEEDS.flatMap((seed) => METHODS.random(sampling(seed)))).size).toBe(12)
})

it('systematic has equal distances', () => {
  for (const seed of SEEDS) expect(METHODS.systematic(sampling(seed)).map((i) => Math.floor(i / 2))).toEqual([0, 1, 2, 3, 4, 5])
})

it('stratified takes rows in proportion', () => {
  for (const seed of SEEDS) {
    const groups = METHODS.stratified(sampling(seed)).map((i) => rows[i]?.group)
    expect(['a', 'b', 'c'].map((group) => groups.filter((each) => each === group).length)).toEqual([3, 2, 1])
  }
})

it('stratified never takes more rows than a group has', () => {
  const few = [{ group: 'a' }, { group: 'b' }, { group: 'b' }, { group: 'b' }]
  expect(METHODS.stratified({ ...sampling(1), rows: few, size: 4 }).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
})

it('cluster takes whole groups while they fit', () => {
  const groups = METHODS.cluster({ ...sampling(3), size: 2 }).map((i) => rows[i]?.group)
  expect(new Set(groups).size).toBe(1)
})
