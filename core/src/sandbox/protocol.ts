/**
 * The channel between a worker and a sandbox process.
 *
 * Messages are small arrays of strings and numbers; values travel inside as JSON text, so that the process in the
 * middle passes them on without parsing. Everything asked for in one turn of the event loop travels in one message.
 *
 * worker → process
 * - `plugin`  the code of a bundle, once per digest, before the first call that needs it
 * - `calls`   calls to start; the process groups them by guest and enters each guest once
 * - `reply`   the answer to a call to the host, as JSON text
 * - `abort`   calls whose result nobody wants any more: their signal aborts, what they still yield is dropped
 * - `forget`  a scope has ended: its contexts are released
 *
 * process → worker
 * - `ready`   the process can take calls
 * - `events`  JSON text `[GuestEvent, …]`, in the order in which each guest produced them
 * - `aborted` the guest has heard that these calls are aborted, so they run no more code without a pause
 * - `lost`    a guest (owner, digest, scope) is gone with the calls that were in it, and why
 */
export type ToProcess =
  | [type: 'plugin', digest: string, code: string]
  | [type: 'calls', calls: CallMessage[]]
  | [type: 'reply', guest: string, answer: string]
  | [type: 'abort', guest: string, ids: number[]]
  | [type: 'forget', scope: string]

export type FromProcess =
  | [type: 'ready']
  | [type: 'events', json: string]
  | [type: 'aborted', guest: string, ids: number[]]
  | [type: 'lost', guest: string, reason: LostReason]

/** `run` a block, run one of its `test`s, or `describe` the plugin. */
export type CallKind = 'run' | 'test' | 'describe'

export type CallMessage = [
  id: number,
  kind: CallKind,
  owner: string,
  digest: string,
  scope: string,
  block: string,
  timeoutMs: number,
  /** JSON text: the inputs of a run, the number of a test, null. */
  input: string,
]

/** Names the guest in which a call runs. */
export function guestOf([, , owner, digest, scope]: CallMessage): string {
  return `${owner}|${digest}|${scope}`
}

/**
 * Why a guest ended: it computed past its time without a pause, passed its memory limit, broke, had to make way because a
 * call beside it would not stop, or its code did not load.
 */
export type LostReason = { kind: 'timeout' | 'memory' | 'crash' | 'evicted' } | { kind: 'load'; message: string }

/** What a guest reports: `o` an output, `c` a call to the host, `e` the end of a call (with the error that ended it), `d` a manifest, `l` a line of its console. */
export type GuestEvent =
  | { t: 'o'; id: number; pin: string; v: unknown }
  | { t: 'e'; id: number; code?: GuestErrorCode; message?: string }
  | { t: 'c'; id: number; request: number; method: string; args: unknown[] }
  | { t: 'd'; id: number; manifest: unknown }
  | { t: 'l'; id: number; level: string; text: string }

/** The error codes that a guest may report of itself. */
export const GUEST_ERROR_CODES = ['BLOCK_FAILED', 'BLOCK_INPUT_INVALID', 'BLOCK_OUTPUT_INVALID', 'OUTPUT_LIMIT'] as const
export type GuestErrorCode = (typeof GUEST_ERROR_CODES)[number]

/** What the worker tells a guest to start, as JSON text in one batch. */
export interface GuestCall {
  id: number
  kind: CallKind
  block: string
  input: unknown
}

/** Limits that the guest keeps; the worker checks them again. */
export interface GuestLimits {
  /** Length of one pin value as JSON text. */
  maxValueBytes: number
  /** Pairs that one call may yield. */
  maxOutputs: number
}
