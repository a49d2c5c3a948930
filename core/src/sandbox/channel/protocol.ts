import type { BlockErrorCode } from '@ashlar/sdk'
import type { JsonPieces } from '../../base/index.ts'
import type { UsageReport } from './usage.ts'

/**
 * The channel between a worker and a sandbox process.
 *
 * The channel is a socket pair on which each message is a frame of JSON (`channel/frames.ts`). Messages are small
 * arrays of strings and numbers. They contain values as JSON text, so that the main thread of the process forwards them
 * without parsing. The requests of one turn of the event loop are sent in one message. The worker checks the length and
 * the form of each message from a process, and kills the process at the first invalid one.
 *
 * worker → process
 * - `plugin`  the code of a bundle and the heap limit of its isolates, once per digest, before the first call that
 *   needs it
 * - `calls`   calls to start, by guest: the JSON text of a list of {@link GuestCall}s; each guest is entered once
 * - `reply`   the response to a host call, as JSON text
 * - `abort`   calls whose results are no longer needed: their signals abort, and their further outputs are dropped
 * - `memory`  the current resident memory of the process, in MB
 * - `forget`  a scope has ended: releases its contexts
 * - `inspect` allows a debugger to inspect this isolate once it exists, with the messages to send to its inspector
 *             before plugin code runs in it; null ends the permission
 * - `ping`    requests an immediate `pong`
 * - `inspector` a message to the inspector of an isolate: JSON text of the Chrome DevTools Protocol
 *
 * process → worker
 * - `ready`   the process can accept calls
 * - `pong`    the response to a `ping`
 * - `events`  by guest, JSON texts of `GuestEvent`s joined by commas, in the order in which the guest produced them;
 *             the CPU time of its isolate in milliseconds since its creation; and the id of the call whose code
 *             ran last: 0 while that is unknown, {@link LOADING} while the bundle is evaluated. Long events
 *             arrive as UTF-8.
 * - `aborted` the guest has received the aborts of these calls, so they no longer compute without a pause
 * - `lost`    a guest (owner, digest, scope, capability key) has ended with its calls, and the reason
 * - `inspector` a message of the inspector of an isolate; empty when the isolate has ended
 */
export type ToProcess =
  | [type: 'plugin', digest: string, code: string, memoryMb: number]
  | [type: 'calls', byGuest: [guest: GuestNames, calls: string | JsonPieces][]]
  | [type: 'reply', guest: string, answer: string]
  | [type: 'abort', guest: string, ids: number[]]
  | [type: 'memory', residentMb: number]
  | [type: 'forget', scope: string]
  | [type: 'inspect', isolate: string, replay: string[] | null]
  | [type: 'ping']
  | [type: 'inspector', isolate: string, message: string]

export type FromProcess =
  | [type: 'ready']
  | [type: 'pong']
  | [type: 'events', byGuest: [guest: string, events: string | Buffer, cpuMs: number, computing: number][]]
  | [type: 'aborted', guest: string, ids: number[]]
  | [type: 'lost', guest: string, reason: LostReason]
  | [type: 'inspector', isolate: string, message: string]

/**
 * `run` runs a block, `trial` runs it in a trial, `test` runs one of its tests, and `describe` returns the manifest of
 * the plugin.
 */
export type CallKind = 'run' | 'trial' | 'test' | 'describe'

/** Owner and digest identify the isolate, scope and capability key identify a context in it. */
export type GuestNames = [owner: string, digest: string, scope: string, capabilityKey: string]

/** The owner of the calls that describe the installation's own plugins. These plugins use the same isolate in turn. */
export const INSTALLATION = 'installation'

/** Replaces the id of a call while the isolate evaluates a bundle, which has a separate limit. */
export const LOADING = -1

/** The name of a guest in messages. */
export function guestName([owner, digest, scope, capabilityKey]: GuestNames): string {
  return `${owner}|${digest}|${scope}|${capabilityKey}`
}

/** The name of the isolate that contains a guest. */
export function isolateName(guest: string): string {
  return guest.slice(0, guest.indexOf('|', guest.indexOf('|') + 1))
}

/**
 * Why a guest ended: it computed for too long without a pause (`timeout`), exceeded its memory limit (`memory`), failed
 * (`crash`), was ended because another call did not stop (`evicted`), or its code did not load (`load`).
 */
export type LostReason =
  | { kind: 'crash' | 'evicted' }
  /** `call`: the call that computed, if known. */
  | { kind: 'timeout' | 'memory'; call?: number }
  | { kind: 'load'; message: string }

/**
 * Events that a guest reports:
 * - `o` an output (`k`: the index of its iteration, see {@link Iterations}; `next`: the foreseen calls that the guest
 *   has started on it)
 * - `c` a host call
 * - `e` the end of a call, with its error and the location in the bundle where the error was thrown
 * - `d` a manifest
 * - `l` a line of its console
 * - `p` its progress
 * - `s` a piece of a text that it will yield. `offset`: the number of earlier characters of the text
 * - `u` what a request to a paid service has consumed
 */
export type GuestEvent =
  | { t: 'o'; id: number; pin: string; v: unknown; k?: number; next?: [id: number, node: number][] }
  | { t: 'e'; id: number; code?: string | undefined; message?: string | undefined; stack?: string | undefined }
  | { t: 'c'; id: number; request: number; method: string; args: unknown[] }
  | { t: 'd'; id: number; manifest: unknown }
  | { t: 'l'; id: number; level: string; text: string }
  | { t: 'p'; id: number; fraction: number; note: string }
  | { t: 's'; id: number; pin: string; offset: number; text: string }
  | { t: 'u'; id: number; usage: UsageReport }

/** The characters of a text that one report contains. If more of it wait in a guest, the oldest are left out. */
export const MAX_PIECE_CHARS = 64 * 1024

/**
 * The outputs that a run of a block with a `many` pin yields before it waits for the worker: it makes the host call
 * {@link MORE_OUTPUTS}, and continues when the worker answers. So a run can yield any number of values.
 */
export const CREDIT = { outputs: 256, chars: 64 * 1024 }

/** The host call with which a guest requests its next credit. */
export const MORE_OUTPUTS = 'outputs.more'

/** The codes of a `BlockError` of the SDK. */
const BLOCK_ERROR_CODES: Record<BlockErrorCode, true> = {
  RATE_LIMITED: true,
  SERVICE_FAILED: true,
  SERVICE_REFUSED: true,
  CREDENTIAL_EXPIRED: true,
  MODEL_NOT_FOUND: true,
  CONTEXT_TOO_LONG: true,
  CONTENT_FILTERED: true,
  MODEL_OUTPUT_INVALID: true,
}

/** The error codes that a guest may report, in addition to those of errors that the host returned to it. */
export const GUEST_ERROR_CODES = [
  'BLOCK_FAILED',
  'BLOCK_INPUT_INVALID',
  'BLOCK_OUTPUT_INVALID',
  'OUTPUT_LIMIT',
  'BAD_INPUT',
  ...(Object.keys(BLOCK_ERROR_CODES) as BlockErrorCode[]),
] as const

/** A call for a guest to start. The guest receives a batch of them as JSON text. */
export interface GuestCall {
  id: number
  kind: CallKind
  block: string
  input: unknown
  stretch?: Stretch
}

/**
 * The part of a graph after a call whose blocks run in the same guest and wait for one value only. The guest runs them
 * ahead on the outputs of the call, and on their outputs, before the worker requests it. The worker decides which of
 * the results it uses.
 */
export interface Stretch {
  /** The first is the node of the call. */
  nodes: StretchNode[]
}

/**
 * The id of the first call of a stretch is a multiple of this number. The following calls have the next ids, up to the
 * next multiple.
 */
export const IDS_PER_CALL = 256

export interface StretchNode {
  block: string
  /** Constant inputs. */
  inputs: Record<string, unknown>
  /** The targets of each output pin. `type` is the required result of `typeof` for the value. */
  links: Record<string, [node: number, pin: string, type?: string][]>
}

/** Limits that the guest checks. The worker checks them again. */
export interface GuestLimits {
  /** Length of one pin value as JSON text. */
  maxValueBytes: number
  /** Outputs that one call may yield. For a block with a `many` pin, without waiting for the worker. */
  maxOutputs: number
  /** Length of these outputs as JSON text. */
  maxOutputBytes: number
  /**
   * The maximum length of a report. A guest divides its events into reports. A guest that sends a longer one is ended.
   */
  maxReportChars: number
}

/** The space in a report in addition to one value: its pin and the calls that follow from it, or a manifest. */
const REPORT_OVERHEAD_CHARS = 1024 * 1024

/** JSON in JSON: in the worst case each character of a report becomes an escape of six characters. */
const MAX_BYTES_PER_CHAR = 6
const MESSAGE_OVERHEAD_BYTES = 64 * 1024

/** The maximum length of a message from a process. */
export function getMaxMessageBytes(limits: Pick<GuestLimits, 'maxValueBytes'>): number {
  return getMaxReportChars(limits) * MAX_BYTES_PER_CHAR + MESSAGE_OVERHEAD_BYTES
}

export function getMaxReportChars({ maxValueBytes }: Pick<GuestLimits, 'maxValueBytes'>): number {
  return maxValueBytes + REPORT_OVERHEAD_CHARS
}
