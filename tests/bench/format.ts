/** A result of a workload. Numbers are in its unit, unless the name of a yardstick contains another unit. */
export interface Figure {
  /** Distinguishes the figures of one workload: `burst/journal`. */
  part?: string
  value: number
  /** @default the unit of the workload */
  unit?: string
  /** Reference values from the same run, by name. */
  yardsticks?: Record<string, number>
  /** Absent for a figure that is only informative. */
  goal?: Goal
}

interface Goal {
  better: 'lower' | 'higher'
  /** Null when its yardstick could not be measured. */
  must: number | null
  aim: number | null
  /** An additional condition. @default true */
  also?: boolean
}

/** A printed figure. The field names and their order are the contract of `--json`. */
export interface Row {
  workload: string
  value: number
  unit: string
  yardsticks: Record<string, number>
  must: number | null
  aim: number | null
  /** Whether the value reaches its goal, or null without a goal. */
  ok: boolean | null
}

export function createRow(
  workload: string,
  usualUnit: string,
  { part, value, unit = usualUnit, yardsticks = {}, goal }: Figure,
): Row {
  return {
    workload: part === undefined ? workload : `${workload}/${part}`,
    value: round(value),
    unit,
    yardsticks: Object.fromEntries(Object.entries(yardsticks).map(([name, each]) => [name, round(each)])),
    must: goal?.must == null ? null : round(goal.must),
    aim: goal?.aim == null ? null : round(goal.aim),
    ok: goal?.must == null ? null : reaches(value, goal.must, goal.better) && goal.also !== false,
  }
}

function reaches(value: number, must: number, better: Goal['better']): boolean {
  return better === 'lower' ? value <= must : value >= must
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

const HEADER = ['workload', 'value', 'unit', 'must', 'aim', 'ok', 'yardsticks']
/** Columns with numbers. */
const RIGHT = new Set([1, 3, 4])

/** Formats rows as a table: a line for each row, and one more for each yardstick after the first. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [HEADER, ...rows.flatMap(toLines)]
  const widths = HEADER.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}

function toLines({ workload, value, unit, yardsticks, must, aim, ok }: Row): string[][] {
  const mark = ok === null ? '' : ok ? '✓' : '✗'
  const [first = '', ...others] = Object.entries(yardsticks).map(([name, each]) => `${name} ${formatNumber(each)}`)
  const line = [workload, formatNumber(value), unit, formatNumber(must), formatNumber(aim), mark, first]
  return [line, ...others.map((other) => ['', '', '', '', '', '', other])]
}

/** Rounds to three significant digits, the precision of the figures. */
function formatNumber(value: number | null): string {
  if (value === null) return ''
  return value.toLocaleString('en', Math.abs(value) < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 })
}
