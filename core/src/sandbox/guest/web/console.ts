import { postLog } from '../outbox.ts'

/** What is written here becomes log lines of the call whose code runs. */
export const console: Record<string, (...args: unknown[]) => void> = Object.fromEntries(
  ['debug', 'log', 'info', 'warn', 'error', 'trace'].map((level) => [
    level,
    (...args: unknown[]) => postLog(level, args.map(showArgument).join(' ')),
  ]),
)

function showArgument(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? value.message
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
