import type { GuestLimits } from '../protocol.ts'

/** Events not yet handed to the host, each as JSON text. */
let outbox: string[] = []
/** By call, what it has told of its progress since the last time: only the newest goes out. */
const progress = new Map<number, string>()

const MAX_LOG_CHARS = 2000

/** Set by the host before any call. */
export const limits: GuestLimits = { maxValueBytes: 0, maxOutputs: 0 }

/** Takes what has gathered: JSON texts of events joined by commas. */
export function drain(): string {
  if (progress.size > 0) outbox.push(...progress.values())
  progress.clear()
  const text = outbox.join(',')
  outbox = []
  return text
}

/** Ends a call with a code and a message. */
export class GuestFailure extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** @param next the calls that the value leads to in this guest */
export function postOutput(id: number, pin: string, json: string, next?: readonly [id: number, node: number][]): void {
  const followers = next ? `,"next":${JSON.stringify(next)}` : ''
  outbox.push(`{"t":"o","id":${id},"pin":${JSON.stringify(pin)},"v":${json}${followers}}`)
}

export function postEnd(id: number, failure?: GuestFailure): void {
  flushProgress(id)
  outbox.push(
    failure
      ? `{"t":"e","id":${id},"code":${JSON.stringify(failure.code)},"message":${JSON.stringify(failure.message)}}`
      : `{"t":"e","id":${id}}`,
  )
}

export function postHostCall(id: number, request: number, method: string, args: readonly unknown[]): void {
  flushProgress(id)
  outbox.push(`{"t":"c","id":${id},"request":${request},"method":"${method}","args":${JSON.stringify(args)}}`)
}

export function postProgress(id: number, fraction: number, note: string): void {
  progress.set(id, `{"t":"p","id":${id},"fraction":${fraction},"note":${JSON.stringify(note)}}`)
}

/** Before what may be the last that is heard of the call. */
function flushProgress(id: number): void {
  const newest = progress.get(id)
  if (newest === undefined) return
  progress.delete(id)
  outbox.push(newest)
}

export function postManifest(id: number, manifest: unknown): void {
  outbox.push(`{"t":"d","id":${id},"manifest":${JSON.stringify(manifest)}}`)
}

/** The call whose code was entered last: whose console line it is, exactly for code without `await`, else most likely. */
let current = 0
/** Shared with the process: the call whose first part, up to its first `await`, runs now; else 0. */
let computing: Float64Array = new Float64Array(1)
/** As it was before the plugin's code ran, which is not to lay hands on the shared memory. */
const SharedView = Float64Array
export function shareComputing(shared: SharedArrayBuffer): void {
  computing = new SharedView(shared)
}

export function enterCall(id: number): void {
  current = id
  computing[0] = id
}

export function leaveCall(): void {
  computing[0] = 0
}

export function postLog(level: string, text: string, id = current): void {
  outbox.push(`{"t":"l","id":${id},"level":"${level}","text":${JSON.stringify(text.slice(0, MAX_LOG_CHARS))}}`)
}

/**
 * The JSON text of an output; a value that JSON leaves out (undefined, a function) is null.
 *
 * @throws {GuestFailure} BLOCK_OUTPUT_INVALID when the value has no JSON form, OUTPUT_LIMIT when it is too large.
 */
export function toJson(pin: string, value: unknown): string {
  const json = stringify(pin, value)
  if (json.length > limits.maxValueBytes)
    throw new GuestFailure('OUTPUT_LIMIT', `output "${pin}" is ${json.length} bytes long, the limit is ${limits.maxValueBytes}`)
  return json
}

function stringify(pin: string, value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', `output "${pin}" has no JSON form: ${String(error)}`)
  }
}
