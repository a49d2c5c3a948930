import { orderedObject } from '@ashlar/sdk'

type Row = Record<string, unknown>

/** @param values without the empty cells at the end of a row */
export function toRows(values: readonly unknown[][], hasHeader: boolean): Row[] {
  const width = Math.max(0, ...values.map(({ length }) => length))
  const header = hasHeader ? (values[0] ?? []) : []
  const names = nameColumns(header, width)
  return values.slice(hasHeader ? 1 : 0).map((row) => orderedObject(names.map((name, i) => [name, row[i] ?? ''])))
}

/**
 * A column without a name, or with the name of an earlier one, is named by its letters: `C`, or `C_2` if that is taken.
 */
export function nameColumns(header: readonly unknown[], width: number): string[] {
  const given = Array.from({ length: width }, (_, i) => String(header[i] ?? '').trim())
  const taken = new Set(given)
  return given.map((name, i) => {
    if (name !== '' && given.indexOf(name) === i) return name
    let free = toLetters(i)
    for (let number = 2; taken.has(free); number++) free = `${toLetters(i)}_${number}`
    taken.add(free)
    return free
  })
}

/** 0 is A, 25 is Z, 26 is AA. */
function toLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : toLetters(Math.floor(index / 26) - 1) + letter
}

/**
 * Returns the cells of rows in the order of the columns.
 *
 * @throws when a row has a key that is not a column
 */
export function toValues(rows: readonly Row[], columns: readonly string[], toCell: (value: unknown) => unknown): unknown[][] {
  for (const key of new Set(rows.flatMap((row) => Object.keys(row))))
    if (!columns.includes(key)) throw new Error(`the sheet has no column "${key}"; its columns are ${columns.join(', ')}`)
  return rows.map((row) => columns.map((column) => toCell(row[column])))
}
