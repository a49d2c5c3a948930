import { hasFields, indexRows, listFields, matchKey, needsOrder, rememberByValue, rowBuilder, type Row } from '../rows/index.ts'

export const JOIN_TYPES = ['inner', 'left', 'right', 'full', 'anti', 'semi'] as const
export const CONFLICTS = ['rename', 'keep', 'replace', 'error'] as const

export interface JoinOptions {
  readonly keys: readonly string[]
  readonly otherKeys: readonly string[]
  readonly type: (typeof JOIN_TYPES)[number]
  readonly conflicts: (typeof CONFLICTS)[number]
  readonly suffix: string
  readonly textNumbers: boolean
}

/** More rows do not fit into one value. */
const MAX_ROWS = 1_000_000

/** @throws {Error} when the tables have a field in common that is not a key and `conflicts` is `error` */
export function joinRows(rows: readonly Row[], other: readonly Row[], options: JoinOptions): Row[] {
  const { keys, otherKeys, type, textNumbers } = options
  const index = indexRows(other, otherKeys, textNumbers)
  const matchesOf = rememberByValue(keys, (row): Row[] => index.get(matchKey(row, keys, textNumbers) ?? '') ?? [])
  if (type === 'anti') return rows.filter((row) => matchesOf(row).length === 0)
  if (type === 'semi') return rows.filter((row) => matchesOf(row).length > 0)
  const combine = createCombine(listFields(rows), listFields(other), options)
  const [joined, used]: [Row[], Set<Row>] = [[], new Set()]
  for (const row of rows) {
    const matches = matchesOf(row)
    if (joined.length + matches.length > MAX_ROWS)
      throw new Error(`the result has more than ${MAX_ROWS} rows, because the same keys occur many times in both tables`)
    for (const match of matches) joined.push(combine(row, match))
    if (type === 'right' || type === 'full') for (const match of matches) used.add(match)
    if (matches.length === 0 && (type === 'left' || type === 'full')) joined.push(combine(row, undefined))
  }
  if (type === 'right' || type === 'full') for (const row of other) if (!used.has(row)) joined.push(combine(undefined, row))
  return joined
}

type Combine = (row: Row | undefined, match: Row | undefined) => Row

/** A row without a match has null in the fields of the other table. */
function createCombine(own: readonly string[], others: readonly string[], options: JoinOptions): Combine {
  const { keys, otherKeys, conflicts } = options
  const ownFields = [...new Set([...keys, ...own])].toSorted((a, b) => rank(own, a) - rank(own, b))
  const added = others.filter((field) => !otherKeys.includes(field))
  const shared = added.filter((field) => ownFields.includes(field))
  if (conflicts === 'error' && shared.length > 0)
    throw new Error(
      `both tables have the ${shared.length === 1 ? 'field' : 'fields'} ${shared.map((field) => JSON.stringify(field)).join(', ')}; rename or remove it, or change the pin conflicts`,
    )
  const names = renameShared(ownFields, added, shared, options)
  const appended = added.filter((field) => conflicts === 'rename' || !shared.includes(field))
  const replaced = conflicts === 'replace' ? new Set(shared) : new Set<string>()
  const newNames = appended.map((field) => names.get(field) ?? field)
  const build = rowBuilder([...ownFields, ...newNames])
  const isPlain = replaced.size === 0 && ![...ownFields, ...newNames].some(needsOrder)
  return (row, match) => {
    if (isPlain && row && hasFields(row, ownFields)) return extend(row, match, appended, newNames)
    const values = ownFields.map((field) => {
      const key = keys.indexOf(field)
      if (row === undefined)
        return read(match, key < 0 ? (shared.includes(field) && conflicts !== 'rename' ? field : undefined) : otherKeys[key])
      return match !== undefined && replaced.has(field) ? read(match, field) : read(row, field)
    })
    return build([...values, ...appended.map((field) => read(match, field))])
  }
}

/** Copies a row that has all fields, which is several times faster than to create it field by field. */
function extend(row: Row, match: Row | undefined, fields: readonly string[], names: readonly string[]): Row {
  const copy = { ...row }
  for (let i = 0; i < fields.length; i++) copy[names[i] ?? ''] = read(match, fields[i])
  return copy
}

/** Returns the new names of the fields that both tables have. */
function renameShared(
  own: readonly string[],
  added: readonly string[],
  shared: readonly string[],
  { suffix }: JoinOptions,
): Map<string, string> {
  const taken = new Set([...own, ...added])
  const names = new Map<string, string>()
  for (const field of shared) {
    let name = `${field}${suffix}`
    for (let number = 2; taken.has(name); number++) name = `${field}${suffix}_${number}`
    taken.add(name)
    names.set(field, name)
  }
  return names
}

function rank(own: readonly string[], field: string): number {
  const at = own.indexOf(field)
  return at < 0 ? own.length : at
}

function read(row: Row | undefined, field: string | undefined): unknown {
  return row === undefined || field === undefined || !Object.hasOwn(row, field) ? null : (row[field] ?? null)
}
