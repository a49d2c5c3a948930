import { compareValues } from '@ashlar/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sort } from './sort.ts'
import type { Row } from './rows/index.ts'

const value = fc.constantFrom<unknown>(null, 1, 2.5, -3, 'a', 'b', true, [1], [1, 2], { a: 1 }, 9007199254740993n)
const row = fc.record({ a: value, b: fc.constantFrom(1, 2, 'x', null), id: fc.nat() }, { requiredKeys: ['id'] })

it('sorts like a stable sort by all fields', () => {
  fc.assert(
    fc.property(fc.array(row), fc.boolean(), fc.boolean(), (rows, descending, thenDescending) => {
      const order = [
        { field: 'a', descending },
        { field: 'b', descending: thenDescending },
      ]
      const expected = rows.toSorted((a, b) => order.map((each) => compare(a, b, each)).find((result) => result !== 0) ?? 0)
      const then_by = order.slice(1)
      const yields = [
        ...(sort.run({ rows, by: 'a', descending, then_by, ignore_case: false } as never, {} as never) as Iterable<unknown>),
      ]
      expect(yields).toEqual([['rows', expected]])
    }),
  )
})

/** Missing values are last in both directions. */
function compare(a: Row, b: Row, { field, descending }: { field: string; descending: boolean }): number {
  const [left = null, right = null] = [a[field], b[field]]
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  return compareValues(left, right) * (descending ? -1 : 1)
}
