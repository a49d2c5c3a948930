import { types as standard } from 'pg'

const { INT8, NUMERIC, FLOAT4, FLOAT8, JSON: JSON_TYPE, JSONB } = standard.builtins
const PARSED = new Set<number>([
  standard.builtins.BOOL,
  standard.builtins.INT2,
  standard.builtins.INT4,
  standard.builtins.OID,
  JSON_TYPE,
  JSONB,
])

/**
 * How values become JSON. Integers keep all digits. A `numeric` and every type without an equivalent in JSON stay as
 * Postgres writes them: dates, times, intervals, `NaN`. Bytes become base64.
 */
export const types = {
  getTypeParser(oid: number, format?: unknown): (text: string) => unknown {
    if (format === 'binary') return String
    if (oid === INT8) return toInteger
    if (oid === FLOAT4 || oid === FLOAT8) return toNumber
    if (oid === NUMERIC) return String
    if (oid === standard.builtins.BYTEA) return (text) => Buffer.from(text.slice(2), 'hex').toString('base64')
    const element = ARRAYS.get(oid)
    if (element) return (text) => standard.arrayParser(text, element)
    return PARSED.has(oid) ? (standard.getTypeParser(oid) as (text: string) => unknown) : String
  },
}

const NAMES = new Map(Object.entries(standard.builtins).map(([name, oid]) => [Number(oid), name.toLowerCase()]))

export function typeName(oid: number): string {
  return NAMES.get(oid) ?? String(oid)
}

function toInteger(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

function toNumber(text: string): number | string {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** Parsers of the elements of arrays, by the oid of the array type. Source: pg_type.dat of Postgres. */
const ARRAYS = new Map<number, (text: string) => unknown>([
  [1000, (text) => text === 't'],
  [1005, Number],
  [1007, Number],
  [1016, toInteger],
  [1021, toNumber],
  [1022, toNumber],
  [1009, String],
  [1015, String],
  [2951, String],
])
