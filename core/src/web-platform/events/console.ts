import { postLog } from '../../sandbox/guest/io/outbox.ts'
import { performance } from './performance-clock.ts'

const LEVELS = ['debug', 'log', 'info', 'warn', 'error', 'trace']
const counts = new Map<string, number>()
const starts = new Map<string, number>()

/** Writes log lines of the call whose code runs: https://console.spec.whatwg.org/, without formatting. */
export const console: Record<string, (...args: unknown[]) => void> = {
  ...Object.fromEntries(LEVELS.map((level) => [level, (...args: unknown[]) => write(level, ...args)])),

  assert(holds, ...args) {
    if (!holds) write('error', 'Assertion failed', ...args)
  },
  count(label = 'default') {
    const key = String(label)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    write('info', `${key}: ${counts.get(key)}`)
  },
  countReset: (label = 'default') => void counts.delete(String(label)),

  dir: (value) => write('log', value),
  dirxml: (...args) => write('log', ...args),
  table: (rows) => write('log', rows),
  group,
  groupCollapsed: group,
  groupEnd() {},

  time: (label = 'default') => void starts.set(String(label), performance.now()),
  timeLog,
  timeEnd(label = 'default') {
    timeLog(label)
    starts.delete(String(label))
  },
}

function group(...labels: unknown[]): void {
  if (labels.length > 0) write('log', ...labels)
}

function timeLog(label: unknown = 'default', ...args: unknown[]): void {
  const start = starts.get(String(label))
  if (start === undefined) write('warn', `no timer "${String(label)}"`)
  else write('info', `${String(label)}: ${performance.now() - start} ms`, ...args)
}

function write(level: string, ...args: unknown[]): void {
  postLog(level, args.map(showArgument).join(' '))
}

function showArgument(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? value.message
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
