import { canonicalJson } from '@ashlar/sdk'
import { rowBuilder } from './build-row.ts'
import { readField, rememberByValue, type Row } from './rows.ts'

/** Rows that have the same values in some fields. */
interface RowGroup {
  /** These fields and their values. */
  readonly key: Row
  readonly rows: Row[]
}

/** Groups rows by the values of fields, in the order of the first row of each group. A missing field counts as null. */
export function groupRows(rows: readonly Row[], by: readonly string[]): RowGroup[] {
  const groups = new Map<string, RowGroup>()
  const build = rowBuilder(by)
  const groupOf = rememberByValue(by, (row) => {
    const values = by.map((field) => readField(row, field))
    const id = values.length === 1 ? canonicalJson(values[0]) : canonicalJson(values)
    const group = groups.get(id) ?? { key: build(values), rows: [] }
    groups.set(id, group)
    return group
  })
  for (const row of rows) groupOf(row).rows.push(row)
  return [...groups.values()]
}
