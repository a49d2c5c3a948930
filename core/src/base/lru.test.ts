import { expect, it } from 'vitest'
import { Lru } from './lru.ts'

it('removes the least recently used entry', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.get('a')
  lru.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([1, undefined, 3])
})

it('removes nothing when an entry is replaced', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.set('b', 3)
  expect([lru.get('a'), lru.get('b')]).toEqual([1, 3])
})

it('deletes an entry', () => {
  const lru = new Lru<string, number>(2)
  lru.set('a', 1)
  lru.delete('a')
  expect(lru.get('a')).toBeUndefined()
})

it('limits the total size of its entries', () => {
  const lru = new Lru<string, number>(10, (key, value) => key.length + value)
  lru.set('a', 3)
  lru.set('b', 3)
  lru.set('c', 5)
  expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([undefined, 3, 5])
})

it('stores no entry that exceeds the limit alone, and keeps the others', () => {
  const lru = new Lru<string, number>(10, (_key, value) => value)
  lru.set('a', 3)
  lru.set('b', 11)
  expect([lru.get('a'), lru.get('b')]).toEqual([3, undefined])
})
