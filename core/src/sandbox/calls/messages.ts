import { parseJson } from '@ashlar/sdk/json'
import { z } from 'zod'
import { minJsonLength } from '../../base/index.ts'
import { measureValues, type CheckedOutput } from './output-limits.ts'
import { LOADING, MAX_PIECE_CHARS, parseUsage, splitReport, type FromProcess, type GuestEvent } from '../channel/index.ts'

const ID = z.int().nonnegative()
const MS = z.number().nonnegative()
/** The channel does not decode long texts. */
const TEXT_OR_BYTES = z.union([z.string(), z.instanceof(Buffer)])

/** Everything that a worker accepts from a sandbox process, see `protocol.ts`. */
const FROM_PROCESS: z.ZodType<FromProcess> = z.union([
  z.tuple([z.literal('events'), z.array(z.tuple([z.string(), TEXT_OR_BYTES, MS, z.int().gte(LOADING)]))]),
  z.tuple([z.literal('aborted'), z.string(), z.array(ID)]),
  z.tuple([
    z.literal('lost'),
    z.string(),
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal(['crash', 'evicted']) }),
      z.strictObject({ kind: z.literal(['timeout', 'memory']), call: ID.exactOptional() }),
      z.strictObject({ kind: z.literal('load'), message: z.string() }),
    ]),
  ]),
  z.tuple([z.literal('inspector'), z.string(), TEXT_OR_BYTES.transform(String)]),
  z.tuple([z.literal('ready')]),
  z.tuple([z.literal('pong')]),
])

/** An event of a guest whose fields have been checked. */
export type CheckedEvent = Exclude<GuestEvent, { t: 'o' }> | CheckedOutput

/** @returns undefined when it is not a message of the protocol */
export function parseMessage(message: unknown): FromProcess | undefined {
  return FROM_PROCESS.safeParse(message).data
}

/**
 * Parses the events in a guest's report and drops malformed events. Plugin code that damages the reporting code of its
 * guest loses only its own events.
 *
 * @param report JSON texts of events, joined by commas; in UTF-8 if it is long
 * @returns undefined when the text is not JSON or is longer than `maxChars`
 */
export function parseEvents(report: string | Buffer, maxChars: number): CheckedEvent[] | undefined {
  if (report.length > maxChars && String(report).length > maxChars) return undefined
  try {
    const events: CheckedEvent[] = []
    const [outputs, values, others]: [CheckedOutput[], unknown[], CheckedEvent[]] = [[], [], []]
    const { json: short, values: longValues } = splitReport(report)
    for (const [i, reported] of (parseJson(`[${short}]`, { locates: false }) as unknown[]).entries()) {
      const event = typeof reported === 'object' && reported !== null ? toEvent(reported) : undefined
      if (!event) continue
      events.push(event)
      const long = longValues.get(i)
      if (event.t === 'o' && long) {
        event.v = long
        event.chars = minJsonLength(long)
      } else if (event.t === 'o') {
        outputs.push(event)
        values.push(event.v)
      } else others.push(event)
    }
    const lengths = measureValues(values, others, short)
    outputs.forEach((output, i) => (output.chars = lengths[i] ?? 0))
    return events
  } catch {
    return undefined
  }
}

/**
 * Copies the fields of an event. Every block reports at least two events, and checking them by hand takes half a
 * microsecond less than with a schema. Invalid fields of an `e` event become '', so that the end of a call is always
 * accepted.
 */
function toEvent(reported: Partial<Record<string, unknown>>): CheckedEvent | undefined {
  const { t, id } = reported
  if (!isId(id)) return undefined
  if (t === 'o') {
    const { pin, v, k, next } = reported
    if (typeof pin !== 'string' || (k !== undefined && !isId(k))) return undefined
    const output: CheckedOutput = { t, id, pin, v, chars: 0 }
    if (k !== undefined) output.k = k
    if (next === undefined) return output
    return isFollowers(next) ? { ...output, next } : undefined
  }
  if (t === 'e') {
    const [code, message, stack] = [toText(reported.code), toText(reported.message), toText(reported.stack)]
    return code === undefined ? { t, id } : { t, id, code, message, stack }
  }
  if (t === 'c') {
    const { request, method, args } = reported
    return isId(request) && typeof method === 'string'
      ? { t, id, request, method, args: Array.isArray(args) ? args : [] }
      : undefined
  }
  return toReport(id, reported)
}

/** The worker keeps the end of a text, and with it the whole piece. */
function isPiece(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_PIECE_CHARS
}

function toReport(
  id: number,
  { t, level, text, fraction, note, pin, offset, usage, manifest }: Partial<Record<string, unknown>>,
): CheckedEvent | undefined {
  if (t === 'l') return typeof level === 'string' && typeof text === 'string' ? { t, id, level, text } : undefined
  if (t === 'p') return typeof fraction === 'number' && typeof note === 'string' ? { t, id, fraction, note } : undefined
  if (t === 's') return typeof pin === 'string' && isId(offset) && isPiece(text) ? { t, id, pin, offset, text } : undefined
  if (t === 'u') {
    const parsed = parseUsage(usage)
    return typeof parsed === 'string' ? undefined : { t, id, usage: parsed }
  }
  return t === 'd' ? { t, id, manifest } : undefined
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isFollowers(next: unknown): next is [id: number, node: number][] {
  return Array.isArray(next) && next.every((each) => Array.isArray(each) && each.length === 2 && each.every(isId))
}

function toText(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : ''
}
