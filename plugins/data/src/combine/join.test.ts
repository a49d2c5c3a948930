import { isEqual } from '@ashlar/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Row } from '../rows/index.ts'
import { deduplicate } from './deduplicate.ts'
import { joinRows, type JoinOptions } from './join-rows.ts'

const key = fc.constantFrom<unknown>(1, '1', 2, 'a', true, null, [1], 7615917337495251231n, '7615917337495251231')
const left = fc.array(fc.record({ k: key, l: fc.nat(3) }, { requiredKeys: ['l'] }), { maxLength: 6 })
const right = fc.array(fc.record({ k: key, r: fc.nat(3) }, { requiredKeys: ['r'] }), { maxLength: 6 })
const OPTIONS = { keys: ['k'], otherKeys: ['k'], conflicts: 'rename', suffix: '_2' } as const

/** Compares each pair of rows. */
function joinNaively(rows: readonly Row[], other: readonly Row[], type: JoinOptions['type'], textNumbers: boolean): Row[] {
  const isMatch = (a: Row, b: Row): boolean => {
    const [x, y] = [a['k'] ?? null, b['k'] ?? null]
    if (x === null || y === null) return false
    return isEqual(x, y) || (textNumbers && typeof x !== typeof y && isText(x) && isText(y) && String(x) === String(y))
  }
  const row = (a: Row | undefined, b: Row | undefined): Row => ({
    k: a?.['k'] ?? b?.['k'] ?? null,
    l: a?.['l'] ?? null,
    r: b?.['r'] ?? null,
  })
  const hasMatch = (a: Row): boolean => other.some((b) => isMatch(a, b))
  if (type === 'semi') return rows.filter(hasMatch)
  if (type === 'anti') return rows.filter((a) => !hasMatch(a))
  const keepsLeft = type === 'left' || type === 'full'
  const pairs = rows.flatMap((a) => {
    const matches = other.filter((b) => isMatch(a, b)).map((b) => row(a, b))
    return matches.length === 0 && keepsLeft ? [row(a, undefined)] : matches
  })
  const rest = type === 'right' || type === 'full' ? other.filter((b) => !rows.some((a) => isMatch(a, b))) : []
  return [...pairs, ...rest.map((b) => row(undefined, b))]
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
}

test.each(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const)(
  'a join of the type %s equals the comparison of all pairs',
  (type) => {
    fc.assert(
      fc.property(left, right, fc.boolean(), (rows, other, textNumbers) => {
        const joined = joinRows(rows, other, { ...OPTIONS, type, textNumbers })
        const expected = joinNaively(rows, other, type, textNumbers)
        // A table without rows has no fields.
        const plain = (all: readonly Row[]): unknown[] => all.map(({ k = null, l = null, r = null }) => [k, l, r])
        expect(plain(joined)).toEqual(plain(expected))
      }),
      { numRuns: 500 },
    )
  },
)

test('deduplicate keeps one row of each key, and returns all others', () => {
  fc.assert(
    fc.property(left, fc.constantFrom('first', 'last', 'none'), (rows, keep) => {
      const pairs = deduplicate.run(deduplicate.input.parse({ rows, by: ['k'], keep }) as never, undefined as never) as Iterable<
        [string, Row[]]
      >
      const { rows: kept = [], removed = [] } = Object.fromEntries(pairs)
      expect(kept.length + removed.length).toBe(rows.length)
      expect(kept.some((a, i) => kept.some((b, k) => i !== k && isEqual(a['k'] ?? null, b['k'] ?? null)))).toBe(false)
    }),
    { numRuns: 500 },
  )
})
