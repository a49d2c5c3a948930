import { stringifyJson } from '@ashlar/sdk'

type Row = Record<string, unknown>

/** A host call accepts arguments of up to 1 Mi characters. Escapes at most double the text of the rows. */
const MAX_CHARS = 400_000

/** Postgres converts the JSON values to the types of the columns. $1 is a JSON list of rows. */
export function buildInsert(table: string, rows: readonly Row[], onConflict: 'fail' | 'ignore'): string {
  const name = table.split('.').map(quote).join('.')
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].map(quote).join(', ')
  if (columns === '') throw new Error('the rows have no keys: their keys are the names of columns')
  const conflict = onConflict === 'ignore' ? ' on conflict do nothing' : ''
  return `insert into ${name} (${columns}) select ${columns} from jsonb_populate_recordset(null::${name}, $1::jsonb)${conflict}`
}

/** Quotes an identifier. @throws if it contains the character U+0000, which Postgres does not accept */
function quote(name: string): string {
  if (name.includes('\0')) throw new Error('the name of a column must not contain the character U+0000')
  return `"${name.replaceAll('"', '""')}"`
}

/** Splits rows into parts that fit in one call. Each part is inserted completely or not at all. */
export function* splitRows(rows: readonly Row[]): Generator<Row[], void> {
  let part: Row[] = []
  let chars = 0
  for (const row of rows) {
    const length = stringifyJson(row).length
    if (part.length > 0 && chars + length > MAX_CHARS) {
      yield part
      part = []
      chars = 0
    }
    part.push(row)
    chars += length
  }
  if (part.length > 0) yield part
}
