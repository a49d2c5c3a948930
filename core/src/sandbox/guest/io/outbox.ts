import { stringifyJson } from '@ashlar/sdk'
import { LOADING, type GuestLimits } from '../../channel/index.ts'

/** Events not yet handed to the host, each as JSON text, and their length with a comma each. */
let outbox: string[] = []
let outboxChars = 0
/** By call, what it has told of its progress since the last time: only the newest goes out. */
const progress = new Map<number, string>()

const MAX_LOG_CHARS = 2000
const MAX_MESSAGE_CHARS = 2000

/** Set by the host before any call. */
export const limits: GuestLimits = { maxValueBytes: 0, maxOutputs: 0, maxOutputBytes: 0, maxReportChars: 0 }

/** Takes what has gathered, or as much of it as one report may hold: JSON texts of events joined by commas. */
export function drain(): string {
  for (const newest of progress.values()) post(newest)
  progress.clear()
  const portion = outbox
  outbox = outboxChars > limits.maxReportChars ? portion.splice(portionOf(portion)) : []
  const text = portion.join(',')
  outboxChars = Math.max(0, outboxChars - text.length - 1)
  return text
}

/** How long code may run on with outputs that the host has not got. */
const REPORT_AFTER_MS = 10
const { now } = Date
let reportAt = 0
let sendReport: (events: string, computing: number) => void = () => {}

/** @param send hands events to the host while code runs on */
export function connectReports(send: (events: string, computing: number) => void): void {
  sendReport = send
}

/** Code that yields for long without a pause delivers its outputs as it goes: it may never return. */
export function reportInBetween(): void {
  const time = now()
  if (time < reportAt) return
  reportAt = time + REPORT_AFTER_MS
  sendReport(drain(), current)
}

/** Whether {@link drain} has left something. */
export function hasMore(): boolean {
  return outbox.length > 0
}

function portionOf(events: readonly string[]): number {
  let chars = 0
  const count = events.findIndex((event) => (chars += event.length + 1) > limits.maxReportChars)
  return count < 0 ? events.length : count
}

/** @throws {GuestFailure} OUTPUT_LIMIT when it is too long for any report */
function post(event: string): void {
  if (event.length >= limits.maxReportChars)
    throw new GuestFailure('OUTPUT_LIMIT', `a report of ${event.length} characters, the limit is ${limits.maxReportChars}`)
  outboxChars += event.length + 1
  outbox.push(event)
}

/** Ends a call with a code and a message. */
export class GuestFailure extends Error {
  readonly code: string
  /** The stack of what was thrown, without its message; '' where nothing of the plugin's was. */
  readonly frames: string
  constructor(code: string, message: string, frames = '') {
    super(message)
    this.code = code
    this.frames = frames
  }
}

/** In place of a stack where the code of the block is not on it. The host searches the code for this place. */
export function atYield(pin: string): string {
  return `    at yield ${JSON.stringify(pin)}`
}

/** @param next the calls that the value leads to in this guest */
export function postOutput(id: number, pin: string, json: string, next?: readonly [id: number, node: number][]): void {
  const followers = next ? `,"next":${JSON.stringify(next)}` : ''
  post(`{"t":"o","id":${id},"pin":${JSON.stringify(pin)},"v":${json}${followers}}`)
}

export function postEnd(id: number, failure?: GuestFailure): void {
  flushProgress(id)
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

/** Before what may be the last that is heard of the call. */
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
 * The call whose code was entered last, or whose answer or timer was handled last. Code after an `await` most likely belongs to it.
 * {@link LOADING} until the bundle is evaluated.
 */
let current = LOADING
/**
 * Shared with the process and with the other guests of the isolate. At 0: the call whose first part, up to its first `await`, runs
 * now; else 0. At 1: the number of the guest that was entered last. At 2: {@link current} of the guest that set it last.
 */
let computing: Float64Array = new Float64Array(3)
let guestNumber = 0
/** As it was before any code of the plugin ran: that code must not get hold of the shared memory. */
const SharedView = Float64Array
export function shareComputing(shared: SharedArrayBuffer, guest: number): void {
  computing = new SharedView(shared)
  guestNumber = guest
  enterLikely(LOADING)
}

/** Code begins to run in this guest. */
export function markEntered(): void {
  reportAt = now() + REPORT_AFTER_MS
  computing[1] = guestNumber
}

export function enterCall(id: number): void {
  enterLikely(id)
  computing[0] = id
}

export function leaveCall(): void {
  computing[0] = 0
}

/** Code that runs from now on most likely belongs to this call. 0: unknown. */
export function enterLikely(id: number): void {
  current = id
  computing[2] = id
}

/** The call whose code runs, where that is known for certain; else 0. */
export function computingCall(): number {
  return computing[0] ?? 0
}

/** The call to which the code that runs most likely belongs; 0 if unknown. */
export function likelyCall(): number {
  return current > 0 ? current : 0
}

/** What an entry answers whose events are collected later: calls are running, and the call to which its code most likely belongs. */
export function entered(): string {
  return `1${likelyCall()} `
}

export function postLog(level: string, text: string, id = likelyCall()): void {
  post(`{"t":"l","id":${id},"level":"${level}","text":${JSON.stringify(text.slice(0, MAX_LOG_CHARS))}}`)
}

/**
 * The JSON text of an output.
 *
 * @throws {GuestFailure} BLOCK_OUTPUT_INVALID when JSON does not have the value or a part of it, OUTPUT_LIMIT when it is too
 * large.
 */
export function toJson(pin: string, value: unknown): string {
  const json = stringify(pin, value)
  if (json.length > limits.maxValueBytes)
    throw new GuestFailure('OUTPUT_LIMIT', `output "${pin}" is ${json.length} bytes long, the limit is ${limits.maxValueBytes}`)
  return json
}

function stringify(pin: string, value: unknown): string {
  try {
    return stringifyJson(value)
  } catch (error) {
    throw new GuestFailure('BLOCK_OUTPUT_INVALID', `output "${pin}" has no JSON form: ${messageOf(error)}`, atYield(pin))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
