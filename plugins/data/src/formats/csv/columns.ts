import { orderedObject } from '@ashlar/sdk'
import type { CsvFault } from './dialect.ts'

interface Rules {
  /** Whether a duplicate key receives a number. Otherwise it is a fault. */
  readonly mayRename: boolean
  /** Whether rows may have fewer or more values than the header, or than the first row if there is no header. */
  readonly mayBeRagged: boolean
  /** The number of the first row after the header, for faults. */
  readonly firstRow: number
  readonly skipped: readonly string[]
}

interface Table {
  readonly columns: string[]
  readonly rows: Record<string, string>[]
  readonly faults: CsvFault[]
}

/**
 * Converts lists of values to dictionaries. The keys are the names in the header, or 0, 1, 2 … for values without a
 * name.
 */
export function nameColumns(header: readonly string[] | undefined, lines: readonly string[][], rules: Rules): Table {
  const width = lines.reduce((most, line) => Math.max(most, line.length), header?.length ?? 0)
  const { keys, faults } = uniqueKeys(header ?? [], width, rules.mayRename)
  const kept = keys.map((key) => !rules.skipped.includes(key))
  kept.forEach((isKept, i) => {
    // Pins reject a dictionary with this key.
    if (isKept && keys[i] === '__proto__') faults.push({ row: 1, column: i + 1, reason: 'a key must not be "__proto__"' })
  })
  if (!rules.mayBeRagged) faults.push(...raggedRows(header, lines, rules.firstRow))
  const entriesOf = (line: string[]) => line.map((value, i): [string, string] => [keys[i] ?? '', value])
  const rows = lines.map((line) => orderedObject(entriesOf(line).filter((_, i) => kept[i])))
  return { columns: keys.filter((_, i) => kept[i]), rows, faults }
}

/** A generated key never equals a name in the header. */
function uniqueKeys(header: readonly string[], width: number, mayRename: boolean): { keys: string[]; faults: CsvFault[] } {
  const takeFree = createNames(header)
  const firstColumns = new Map<string, number>()
  const faults: CsvFault[] = []
  const keys = Array.from({ length: width }, (_, i) => {
    const name = header[i]
    if (name === undefined) return takeFree(String(i))
    const first = firstColumns.get(name)
    if (first !== undefined && !mayRename)
      faults.push({ row: 1, column: i + 1, reason: `the key ${JSON.stringify(name)} is already used by column ${first}` })
    if (first !== undefined) return takeFree(name)
    firstColumns.set(name, i + 1)
    return name
  })
  return { keys, faults }
}

/** @returns a function that returns the name if it is free, otherwise `name_2`, `name_3` and so on */
function createNames(taken: readonly string[]): (name: string) => string {
  const names = new Set(taken)
  const numbers = new Map<string, number>()
  return (name) => {
    let free = name
    while (names.has(free)) {
      const number = (numbers.get(name) ?? 1) + 1
      numbers.set(name, number)
      free = `${name}_${number}`
    }
    names.add(free)
    return free
  }
}

function raggedRows(header: readonly string[] | undefined, lines: readonly string[][], firstRow: number): CsvFault[] {
  const expected = (header ?? lines[0] ?? []).length
  return lines.flatMap((line, i) => {
    if (line.length === expected) return []
    const values = `${line.length} ${line.length === 1 ? 'value' : 'values'}`
    const reason = `the row has ${values}, the ${header ? 'header' : 'first row'} has ${expected}`
    return [{ row: firstRow + i, column: Math.min(line.length, expected) + 1, reason }]
  })
}
