import { expect, it } from 'vitest'
import { AccessChanges } from './access-changes.ts'

it('knows which subjects changed after a change', () => {
  const changes = new AccessChanges()
  changes.record('user a')
  const { last } = changes
  changes.record('user b')
  expect([['user a'], ['user b'], ['user a', 'user b'], ['user c']].map((subjects) => changes.isAfter(last, subjects))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

it('assumes that everything has changed after a gap', () => {
  const changes = new AccessChanges()
  const { last } = changes
  changes.recordAll()
  expect(changes.isAfter(last, ['user a'])).toBe(true)
  expect(changes.isAfter(changes.last, ['user a'])).toBe(false)
})

it('forgets the oldest changes, and then assumes that each subject has changed until then', () => {
  const changes = new AccessChanges(2)
  changes.record('user a')
  const before = changes.last
  for (const name of ['b', 'c', 'd']) changes.record(`user ${name}`)
  expect(changes.isAfter(before, ['user x'])).toBe(true)
  expect(changes.isAfter(changes.last, ['user x'])).toBe(false)
  expect(changes.isAfter(before, ['user b'])).toBe(true)
})
