import { expect, it } from 'vitest'
import { createSocketPlaces } from './socket-places.ts'

it('limits the unacknowledged sockets of an address', () => {
  const admit = createSocketPlaces({ perAddress: 10, unacknowledgedPerAddress: 2 })
  const [first] = [admit('a'), admit('a')]
  expect(admit('a')).toBeUndefined()
  expect(admit('b')).toBeDefined()
  first?.acknowledge()
  first?.acknowledge()
  expect(admit('a')).toBeDefined()
  expect(admit('a')).toBeUndefined()
})

it('limits all sockets of an address', () => {
  const admit = createSocketPlaces({ perAddress: 2, unacknowledgedPerAddress: 2 })
  const first = admit('a')
  first?.acknowledge()
  admit('a')?.acknowledge()
  expect(admit('a')).toBeUndefined()
  first?.release()
  first?.release()
  expect(admit('a')).toBeDefined()
  expect(admit('a')).toBeUndefined()
})

it('stops counting a socket that closes before it is acknowledged', () => {
  const admit = createSocketPlaces({ perAddress: 5, unacknowledgedPerAddress: 1 })
  const place = admit('a')
  place?.release()
  place?.acknowledge()
  expect(admit('a')).toBeDefined()
  expect(admit('a')).toBeUndefined()
})
