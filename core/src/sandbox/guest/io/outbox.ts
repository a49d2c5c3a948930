import { stringifyJson } from '@ashlar/sdk'
import { LOADING, type GuestLimits, type UsageReport } from '../../channel/index.ts'
import { endText, endTexts, takePieces } from './text-pieces.ts'

/** Events that the host has not received, as JSON texts, and their length with a comma each. */
let outbox: string[] = []
let outboxChars = 0
/** The latest unreported progress of each call. Earlier values are dropped. */
const progress = new Map<number, string>()

const MAX_LOG_CHARS = 2000
const MAX_MESSAGE_CHARS = 2000

/** The host sets these limits before the first call. */
export const limits: GuestLimits = { maxValueBytes: 0, maxOutputs: 0, maxOutputBytes: 0, maxReportChars: 0 }

/** Removes and returns the gathered events, or as many of them as fit into one report: JSON texts joined by commas. */
export function drain(): string {
  for (const newest of progress.values()) post(newest)
  progress.clear()
  for (const piece of takePieces()) post(piece)
  const portion = outbox
  outbox = outboxChars > limits.maxReportChars ? portion.splice(countPortion(portion)) : []
  const text = portion.join(',')
  outboxChars = Math.max(0, outboxChars - text.length - 1)
  return text
}

/** The time after which running code reports its outputs. */
const REPORT_AFTER_MS = 10
const { now } = Date
let reportAt = 0
let sendReport: (events: string, computing: number) => void = () => {}

/** @param send sends events to the host while code runs */
export function connectReports(send: (events: string, computing: number) => void): void {
  sendReport = send
}

/** Sends outputs while code yields without a pause, because that code may never return. */
export function reportIfDue(): void {
  const time = now()
  if (time < reportAt) return
  reportAt = time + REPORT_AFTER_MS
  sendReport(drain(), current)
}

/** The maximum length of events in the result of an entry. */
const MAX_RESULT_CHARS = 1000

/**
 * Sends long events to the host before the entry returns. The host would keep a long result until its next garbage
 * collection, which may not run for hundreds of megabytes: isolated-vm (7.0.1) copies texts of 1 KiB or more to memory
 * outside of the heap. It passes the arguments of a callback as normal strings.
 *
 * @returns the events to return; '' if they were sent
 */
export function sendLong(events: string): string {
  if (events.length <= MAX_RESULT_CHARS) return events
  sendReport(events, likelyCall())
  return ''
}

/** Whether {@link drain} has left events. */
export function hasMore(): boolean {
  return outbox.length > 0
}

function countPortion(events: readonly string[]): number {
  let chars = 0
  const count = events.findIndex((event) => (chars += event.length + 1) > limits.maxReportChars)
  return count < 0 ? events.length : count
}

/** @throws {GuestFailure} OUTPUT_LIMIT when the event does not fit into a report */
function post(event: string): void {
  if (event.length >= limits.maxReportChars)
    throw new GuestFailure('OUTPUT_LIMIT', `a report of ${event.length} characters exceeds the limit of ${limits.maxReportChars}`)
  outboxChars += event.length + 1
  outbox.push(event)
}

/** Ends a call with a code and a message. */
export class GuestFailure extends Error {
  readonly code: string
  /** The stack frames of the error that the plugin threw; '' if it threw none. */
  readonly frames: string
  constructor(code: string, message: string, frames = '') {
    super(message)
    this.code = code
    this.frames = frames
  }
}

/** Replaces a stack that does not contain the code of the block. The host searches the code for this `yield`. */
export function yieldFrame(pin: string): string {
  return `    at yield ${JSON.stringify(pin)}`
}

/**
 * @param k the index of its iteration, if it differs from the number of earlier values of the pin
 * @param next the foreseen calls that this guest starts on the value
 */
export function postOutput(
  id: number,
  pin: string,
  json: string,
  k: number | undefined,
  next?: readonly [id: number, node: number][],
): void {
  const index = k === undefined ? '' : `,"k":${k}`
  const followers = next ? `,"next":${JSON.stringify(next)}` : ''
  endText(id, pin)
  post(`{"t":"o","id":${id},"pin":${JSON.stringify(pin)},"v":${json}${index}${followers}}`)
}

export function postEnd(id: number, failure?: GuestFailure): void {
  flushProgress(id)
  endTexts(id)
  if (!failure) return post(`{"t":"e","id":${id}}`)
  const [code, message] = [failure.code, failure.message.slice(0, MAX_MESSAGE_CHARS)].map((text) => JSON.stringify(text))
  const stack = failure.frames && `,"stack":${JSON.stringify(failure.frames)}`
  post(`{"t":"e","id":${id},"code":${code},"message":${message}${stack}}`)
}

export function postHostCall(id: number, request: number, method: string, args: readonly unknown[]): void {
  flushProgress(id)
  post(`{"t":"c","id":${id},"request":${request},"method":"${method}","args":${JSON.stringify(args)}}`)
}

export function postProgress(id: number, fraction: number, note: string): void {
  progress.set(id, `{"t":"p","id":${id},"fraction":${fraction},"note":${JSON.stringify(note)}}`)
}

export function postUsage(id: number, usage: UsageReport): void {
  post(`{"t":"u","id":${id},"usage":${JSON.stringify(usage)}}`)
}

/** Called before an event that may be the last one of the call. */
function flushProgress(id: number): void {
  const newest = progress.get(id)
  if (newest === undefined) return
  progress.delete(id)
  post(newest)
}

export function postManifest(id: number, manifest: unknown): void {
  post(`{"t":"d","id":${id},"manifest":${JSON.stringify(manifest)}}`)
}

/**
 * The call whose code was entered last, or whose response or timer was handled last. Code after an `await` most likely
 * belongs to it. {@link LOADING} until the bundle is evaluated.
 */
let current = LOADING
/**
 * Shared with the process and with the other guests of the isolate. Element 0 is the call whose code before its first
 * `await` runs, otherwise 0. Element 1 is the number of the guest that was entered last. Element 2 is {@link current}
 * of the guest that set it last.
 */
let computing: Float64Array = new Float64Array(3)
let guestNumber = 0
/** Read before any plugin code runs, so that plugin code cannot get access to the shared memory. */
const SharedView = Float64Array
export function shareComputing(shared: SharedArrayBuffer, guest: number): void {
  computing = new SharedView(shared)
  guestNumber = guest
  setLikelyCall(LOADING)
}

/** Marks the start of code in this guest. */
export function markEntered(): void {
  reportAt = now() + REPORT_AFTER_MS
  computing[1] = guestNumber
}

export function enterCall(id: number): void {
  setLikelyCall(id)
  computing[0] = id
}

export function leaveCall(): void {
  computing[0] = 0
}

/** Sets the call to which subsequent code most likely belongs; 0 if unknown. */
export function setLikelyCall(id: number): void {
  current = id
  computing[2] = id
}

/** The call whose code certainly runs; 0 if unknown. */
export function computingCall(): number {
  return computing[0] ?? 0
}

/** The call to which the running code most likely belongs; 0 if unknown. */
export function likelyCall(): number {
  return current > 0 ? current : 0
}

/**
 * The result of an entry whose events are collected later: the state `1` and the call to which its code most likely
 * belongs.
 */
export function enteredResult(): string {
  return `1${likelyCall()} `
}

export function postLog(level: string, text: string, id = likelyCall()): void {
  post(`{"t":"l","id":${id},"level":"${level}","text":${JSON.stringify(text.slice(0, MAX_LOG_CHARS))}}`)
}

/**
 * The JSON text of an output.
 *
 * @throws {GuestFailure} BLOCK_OUTPUT_INVALID when JSON cannot represent the value, OUTPUT_LIMIT when it is too large
 */
export function toJson(pin: string, value: unknown): string {
  const json = stringify(pin, value)
  if (json.length > limits.maxValueBytes)
    throw new GuestFailure('OUTPUT_LIMIT', `output "${pin}" is ${json.length} bytes long; the limit is ${limits.maxValueBytes}`)
  return json
}

function stringify(pin: string, value: unknown): string {
  try {
    return stringifyJson(value)
  } catch (error) {
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', `output "${pin}" has no JSON form: ${getMessage(error)}`, yieldFrame(pin))
  }
}

function getMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
