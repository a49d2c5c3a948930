import { parseJson } from '@ashlar/sdk/json'
import { z } from 'zod'
import type { FromProcess, GuestEvent } from './protocol.ts'

const ID = z.int().nonnegative()
const MS = z.number().nonnegative()

/** Everything that a worker accepts from a sandbox process, see `protocol.ts`. */
const FROM_PROCESS: z.ZodType<FromProcess> = z.union([
  z.tuple([z.literal('events'), z.array(z.tuple([z.string(), z.string(), MS]))]),
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
  z.tuple([z.literal('inspector'), z.string(), z.string()]),
  z.tuple([z.literal('ready')]),
  z.tuple([z.literal('pong')]),
])

/** An invalid value of these fields becomes '', so that the end of a call is always accepted. */
const CODE = z.string().catch('').optional()
const MESSAGE = z.string().catch('').optional()
const STACK = z.string().catch('').optional()
const NEXT = z.array(z.tuple([ID, ID])).optional()
const EVENT: z.ZodType<GuestEvent> = z.discriminatedUnion('t', [
  z.object({ t: z.literal('o'), id: ID, pin: z.string(), v: z.unknown(), next: NEXT }),
  z.object({ t: z.literal('e'), id: ID, code: CODE, message: MESSAGE, stack: STACK }),
  z.object({ t: z.literal('c'), id: ID, request: ID, method: z.string(), args: z.array(z.unknown()).catch([]) }),
  z.object({ t: z.literal('l'), id: ID, level: z.string(), text: z.string() }),
  z.object({ t: z.literal('p'), id: ID, fraction: z.number(), note: z.string() }),
  z.object({ t: z.literal('d'), id: ID, manifest: z.unknown() }),
]) as z.ZodType<GuestEvent>

/** @returns undefined when it is not a message of the protocol */
export function parseMessage(message: unknown): FromProcess | undefined {
  return FROM_PROCESS.safeParse(message).data
}

/**
 * Parses the events in a guest's report and drops malformed events. A guest that damages its own reporting code can only lose its own
 * events.
 *
 * @param json JSON texts of events, joined by commas
 * @returns undefined when the text is not JSON or exceeds the limit of the process
 */
export function parseEvents(json: string, maxChars: number): GuestEvent[] | undefined {
  if (json.length > maxChars) return undefined
  try {
    return (parseJson(`[${json}]`, { locates: false }) as unknown[]).flatMap((event) => EVENT.safeParse(event).data ?? [])
  } catch {
    return undefined
  }
}
