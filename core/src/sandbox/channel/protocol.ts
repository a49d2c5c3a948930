/**
 * The channel between a worker and a sandbox process.
 *
 * A socket pair of its own, on which each message is a frame of JSON (`channel/frames.ts`). Messages are small arrays of strings and
 * numbers; values travel inside as JSON text, so that the process in the middle passes them on without parsing. Everything asked for
 * in one turn of the event loop travels in one message. The worker checks the length and the form of each message from a process, and
 * kills the process at the first that is wrong.
 *
 * worker → process
 * - `plugin`  the code of a bundle and the heap its isolates may have, once per digest, before the first call that needs it
 * - `calls`   calls to start, by guest: each is entered once
 * - `reply`   the answer to a call to the host, as JSON text
 * - `abort`   calls whose result nobody wants any more: their signal aborts, what they still yield is dropped
 * - `memory`  what the process occupies now, in MB
 * - `forget`  a scope has ended: its contexts are released
 * - `inspect` a debugger may look into this isolate when it is made, and what it hears before code of the plugin runs in it;
 *             null: no more
 * - `ping`    to be answered at once
 * - `inspector` a message to the inspector of an isolate: JSON text of the Chrome DevTools Protocol
 *
 * process → worker
 * - `ready`   the process can take calls
 * - `pong`    the answer to a `ping`
 * - `events`  by guest, JSON texts of `GuestEvent`s joined by commas, in the order in which the guest produced them; the processor
 *             time of its isolate in milliseconds since it was made; and the id of the call whose code ran last: 0 while that is
 *             unknown, {@link LOADING} while the bundle is evaluated
 * - `aborted` the guest has heard that these calls are aborted, so they run no more code without a pause
 * - `lost`    a guest (owner, digest, scope, grant) is gone with the calls that were in it, and why
 * - `inspector` a message of the inspector of an isolate; empty when the isolate is gone
 */
export type ToProcess =
  | [type: 'plugin', digest: string, code: string, memoryMb: number]
  | [type: 'calls', byGuest: [guest: GuestNames, calls: CallMessage[]][]]
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
  | [type: 'events', byGuest: [guest: string, events: string, cpuMs: number, computing: number][]]
  | [type: 'aborted', guest: string, ids: number[]]
  | [type: 'lost', guest: string, reason: LostReason]
  | [type: 'inspector', isolate: string, message: string]

/** `run` a block, run it in a `trial` or one of its own `test`s, or `describe` the plugin. */
export type CallKind = 'run' | 'trial' | 'test' | 'describe'

/** Owner and digest name the isolate, the rest a context of it. */
export type GuestNames = [owner: string, digest: string, scope: string, grant: string]

/** The owner of what the plugins of the installation itself say of themselves: they have their isolates one after the other. */
export const INSTALLATION = 'installation'

export type CallMessage = [
  id: number,
  kind: CallKind,
  block: string,
  timeoutMs: number,
  /** JSON text: the inputs of a run, `{ input, now }` of a trial, the number of a test, null. */
  input: string,
  /** JSON text of a {@link Stretch}, or ''. */
  stretch: string,
]

/** In place of the id of a call: the isolate evaluates a bundle, which has a limit of its own. */
export const LOADING = -1

/** What a guest is called in messages. */
export function guestName([owner, digest, scope, grant]: GuestNames): string {
  return `${owner}|${digest}|${scope}|${grant}`
}

/** The name of the isolate in which a guest is. */
export function isolateOfGuest(guest: string): string {
  return guest.slice(0, guest.indexOf('|', guest.indexOf('|') + 1))
}

/**
 * Why a guest ended: it computed for too long without a pause, passed its memory limit, broke, had to make way because a
 * call beside it would not stop, or its code did not load.
 */
export type LostReason =
  | { kind: 'crash' | 'evicted' }
  /** `call`: the one that computed, where that is known. */
  | { kind: 'timeout' | 'memory'; call?: number }
  | { kind: 'load'; message: string }

/** What a guest reports: `o` an output (`next`: the calls of the stretch that follow from it, announced here), `c` a call to the host, `e` the end of a call (with the error that ended it, and where in the bundle it was thrown), `d` a manifest, `l` a line of its console, `p` how far it is. */
export type GuestEvent =
  | { t: 'o'; id: number; pin: string; v: unknown; next?: [id: number, node: number][] }
  | { t: 'e'; id: number; code?: string | undefined; message?: string | undefined; stack?: string | undefined }
  | { t: 'c'; id: number; request: number; method: string; args: unknown[] }
  | { t: 'd'; id: number; manifest: unknown }
  | { t: 'l'; id: number; level: string; text: string }
  | { t: 'p'; id: number; fraction: number; note: string }

/** The error codes that a guest may report of itself, beside those with which the host refused what it asked for. */
export const GUEST_ERROR_CODES = [
  'BLOCK_FAILED',
  'BLOCK_INPUT_INVALID',
  'BLOCK_OUTPUT_INVALID',
  'OUTPUT_LIMIT',
  'BAD_INPUT',
] as const

/** What the worker tells a guest to start, as JSON text in one batch. */
export interface GuestCall {
  id: number
  kind: CallKind
  block: string
  input: unknown
  stretch?: Stretch
}

/**
 * The part of a graph around a call whose blocks are in the same guest and need nothing but one value: the guest runs them on
 * what the call yields, and so on, before the worker asks. Whether it was right is for the worker to say.
 */
export interface Stretch {
  /** The first is the call's own. */
  nodes: StretchNode[]
}

/** Ids of a stretch: its first call has a multiple of this, those that follow have the ids behind it, as long as there are any. */
export const IDS_PER_CALL = 256

export interface StretchNode {
  block: string
  /** Constant inputs. */
  inputs: Record<string, unknown>
  /** Where the values of an output pin go; `type` is what `typeof` must say of them. */
  links: Record<string, [node: number, pin: string, type?: string][]>
}

/** Limits that the guest keeps; the worker checks them again. */
export interface GuestLimits {
  /** Length of one pin value as JSON text. */
  maxValueBytes: number
  /** Pairs that one call may yield. */
  maxOutputs: number
  /** Length of all pin values of one call as JSON text. */
  maxOutputBytes: number
  /** What a guest may report at once: more is refused unread, with the guest. What it has beyond that comes in further portions. */
  maxReportChars: number
}

/** Beside one value: its pin and what follows from it, or a manifest. */
const REPORT_CHARS_BESIDE_VALUE = 1024 * 1024

/** JSON in JSON: at worst every character of a report becomes an escape of six. */
const MAX_BYTES_PER_CHAR = 6
const MESSAGE_BYTES_BESIDE_REPORT = 64 * 1024

/** What a process sends in one message at most. */
export function maxMessageBytesOf(limits: Pick<GuestLimits, 'maxValueBytes'>): number {
  return maxReportCharsOf(limits) * MAX_BYTES_PER_CHAR + MESSAGE_BYTES_BESIDE_REPORT
}

export function maxReportCharsOf({ maxValueBytes }: Pick<GuestLimits, 'maxValueBytes'>): number {
  return maxValueBytes + REPORT_CHARS_BESIDE_VALUE
}
