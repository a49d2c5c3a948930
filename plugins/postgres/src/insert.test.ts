import { expect, it } from 'vitest'
import { buildInsert, splitRows } from './insert.ts'

it('quotes the names of tables and columns', () => {
  expect(buildInsert('shop.it"em', [{ id: 1, 'a"; drop table x; --': 2 }], 'fail')).toBe(
    'insert into "shop"."it""em" ("id", "a""; drop table x; --") select "id", "a""; drop table x; --" from jsonb_populate_recordset(null::"shop"."it""em", $1::jsonb)',
  )
})

it('uses the columns of all rows', () => {
  expect(buildInsert('t', [{ a: 1 }, { b: 2 }], 'ignore')).toContain('("a", "b")')
})

it('splits rows that do not fit in one call', () => {
  const rows = Array.from({ length: 5 }, (_, n) => ({ n, text: 'x'.repeat(150_000) }))
  expect([...splitRows(rows)].map((part) => part.map(({ n }) => n))).toEqual([[0, 1], [2, 3], [4]])
})
