import type { Call } from './call.ts'

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'log', 'info', 'warn', 'error'])
/** The overhead of a line in addition to its text. */
const OVERHEAD_CHARS = 32

/** Forwards a console line of a call. Above the limit, forwards one warning instead and drops all further lines. */
export function forwardLogLine(call: Call, level: string, text: string, maxChars: number): void {
  if (call.logged > maxChars) return
  call.logged += text.length + OVERHEAD_CHARS
  if (call.logged <= maxChars) call.sink.log?.(LEVELS.has(level) ? level : 'info', text)
  else call.sink.log?.('warn', `the console output exceeds ${maxChars} characters: the rest is dropped`)
}
