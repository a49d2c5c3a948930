import type { UsageReport } from '../channel/index.ts'
import type { Call } from './call.ts'
import type { CheckedEvent } from './messages.ts'
import { isOutputPin } from './output-limits.ts'

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'log', 'info', 'warn', 'error'])
/** The overhead of a line in addition to its text. */
const OVERHEAD_CHARS = 32

/** What a block reports beside its outputs. */
export type Report = Extract<CheckedEvent, { t: 'l' | 'p' | 's' | 'u' }>

/** Passes on a report of a call. */
export function forwardReport(call: Call, event: Report, maxLogChars: number): void {
  if (event.t === 'l') forwardLogLine(call, event.level, event.text, maxLogChars)
  else if (event.t === 'p') call.sink.progress?.(event.fraction, event.note)
  else if (event.t === 'u') forwardUsage(call, event.usage)
  // A call that repeats outputs that were delivered before also repeats the pieces of their texts.
  else if (call.received >= call.skip && isOutputPin(call, event.pin)) call.sink.stream?.(event.pin, event.offset, event.text)
}

/** Above the limit, forwards one warning instead and drops all further lines. */
function forwardLogLine(call: Call, level: string, text: string, maxChars: number): void {
  if (call.logged > maxChars) return
  call.logged += text.length + OVERHEAD_CHARS
  if (call.logged <= maxChars) call.sink.log?.(LEVELS.has(level) ? level : 'info', text)
  else call.sink.log?.('warn', `the console output exceeds ${maxChars} characters: the rest is dropped`)
}

/** A call that runs again on the recorded responses of its requests reports the same usage again, which is left out. */
function forwardUsage(call: Call, usage: UsageReport): void {
  const isRepeated = call.record !== undefined && call.usages < call.usagesTaken
  call.usages++
  if (isRepeated) return
  call.usagesTaken++
  call.sink.usage?.(usage)
}
