import type { Call } from './call.ts'

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'log', 'info', 'warn', 'error'])
/** What a line costs beside its text. */
const CHARS_BESIDE_TEXT = 32

/** A line of the console of a call. The first that is too much is told, the rest is left out. */
export function takeLog(call: Call, level: string, text: string, maxChars: number): void {
  if (call.logged > maxChars) return
  call.logged += text.length + CHARS_BESIDE_TEXT
  if (call.logged <= maxChars) call.sink.log?.(LEVELS.has(level) ? level : 'info', text)
  else call.sink.log?.('warn', `more than ${maxChars} characters were written: the rest is left out`)
}
