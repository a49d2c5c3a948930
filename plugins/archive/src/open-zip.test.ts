import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { listEntries, unpackEntries } from './open-zip.ts'

test('unpacks many entries in a time that grows with their number', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `f/${i}.txt`)
  const archive = zipSync(Object.fromEntries(names.map((name) => [name, new TextEncoder().encode(name)])), { level: 0 })
  const unpacked = [...unpackEntries(archive, listEntries(archive))]
  expect(unpacked.map(([name]) => name)).toEqual(names)
  expect(unpacked.every(([name, bytes]) => new TextDecoder().decode(bytes) === name)).toBe(true)
})

test('divides entries that are large together', () => {
  const [a, b] = [new Uint8Array(6 * 1024 * 1024).fill(1), new Uint8Array(6 * 1024 * 1024).fill(2)]
  const archive = zipSync({ a, b }, { level: 1 })
  expect([...unpackEntries(archive, listEntries(archive))].map(([name, bytes]) => [name, bytes.length, bytes[0]])).toEqual([
    ['a', a.length, 1],
    ['b', b.length, 2],
  ])
})
