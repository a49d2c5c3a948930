import { expect, it } from 'vitest'
import { parsePinPath, Placing, placeValue } from './pin-path.ts'

const place = (base: unknown, path: string, value: unknown, placing?: Placing): unknown =>
  placeValue(base, parsePinPath(`pin${path}`).steps, value, placing)

it('changes no value that the caller has given', () => {
  const base = { list: [1], kept: true }
  expect(place(base, '_#_list_$_1', 2)).toEqual({ list: [1, 2], kept: true })
  expect(base).toEqual({ list: [1], kept: true })
})

it('copies a value once for all parts that are placed together', () => {
  const base = { list: [1] }
  const placing = new Placing()
  const first = place(base, '_#_list_$_1', 2, placing)
  const second = place(first, '_#_list_$_2', 3, placing)
  expect(second).toBe(first)
  expect(second).toEqual({ list: [1, 2, 3] })
  expect(base).toEqual({ list: [1] })
})

it('does not change a value that was placed', () => {
  const placing = new Placing()
  const value = { a: 1 }
  const first = place({}, '_#_x', value, placing)
  expect(place(first, '_#_x_#_b', 2, placing)).toEqual({ x: { a: 1, b: 2 } })
  expect(value).toEqual({ a: 1 })
})

it('pads lists with at most 100 000 items', () => {
  const placing = new Placing()
  let lists: unknown = {}
  for (let i = 0; i < 10; i++) lists = place(lists, `_#_${i}_$_9999`, 1, placing)
  expect(() => place(lists, '_#_10_$_9999', 1, placing)).toThrow(RangeError)
  expect(() => place(undefined, '_$_9999'.repeat(50), 1)).toThrow(RangeError)
})
