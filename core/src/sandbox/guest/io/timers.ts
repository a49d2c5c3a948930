/**
 * A timer ends with the call that set it. That call is known for code before the first `await`. Otherwise any call that
 * ran when the timer was set may have set it, and the timer ends with the last of these calls. A timer that was set
 * while no call ran, for example while the plugin was loaded, does not end.
 *
 * An ended timer is removed when it is due, or when the maximum number of timers is reached.
 */
import { park, startSlice } from './entries.ts'
import { computingCall, enterCall, enteredResult, setLikelyCall, leaveCall, likelyCall } from './outbox.ts'

/** Requests that the host calls {@link fire} with this id after `delayMs`; a negative delay cancels the request. */
type RequestTimer = (id: number, delayMs: number) => void

/** Receives an error that a callback threw. The timer has ended. */
type OnTimerError = (error: unknown, owner: number) => void

interface Timer {
  run: () => void
  everyMs?: number
  /** The call that set it; 0 if unknown. */
  owner: number
  /** The call that most likely set it; 0 if unknown. */
  likelyOwner: number
  /** The newest call that may have set it. */
  newest: number
}

const MAX_TIMERS = 10_000
const timers = new Map<number, Timer>()
let requestTimer: RequestTimer = () => {}
let onTimerError: OnTimerError = () => {}
/** The calls that have not ended, by id. */
let running: ReadonlyMap<number, unknown> = new Map()
let nextId = 0

export function connectTimers(request: RequestTimer, threw: OnTimerError, calls: ReadonlyMap<number, unknown>): void {
  requestTimer = request
  onTimerError = threw
  running = calls
}

/**
 * Runs the callbacks of timers that are due.
 *
 * @param json JSON text `[timer id, …]`
 * @returns what {@link enteredResult} returns
 */
export function fire(json: string): string {
  startSlice()
  for (const id of JSON.parse(json) as number[]) {
    const timer = timers.get(id)
    if (!timer) continue
    const isEnded = isOwnerEnded(timer)
    if (isEnded || timer.everyMs === undefined) timers.delete(id)
    else requestTimer(id, timer.everyMs)
    if (!isEnded) run(id, timer)
  }
  return enteredResult()
}

function run(id: number, timer: Timer): void {
  if (timer.owner === 0) setLikelyCall(timer.likelyOwner)
  else enterCall(timer.owner)
  try {
    timer.run()
  } catch (error) {
    clearTimer(id)
    onTimerError(error, timer.owner)
  }
  leaveCall()
}

export function setTimeout(callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): number {
  return addTimer(() => callback(...args), delayMs)
}

export function setInterval(callback: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): number {
  return addTimer(() => callback(...args), delayMs, Math.max(1, Number(delayMs) || 0))
}

export function clearTimer(id: unknown): void {
  if (typeof id === 'number' && timers.delete(id)) requestTimer(id, -1)
}

function addTimer(run: () => void, delayMs: number, everyMs?: number): number {
  if (timers.size >= MAX_TIMERS) for (const [id, timer] of timers) if (isOwnerEnded(timer)) clearTimer(id)
  if (timers.size >= MAX_TIMERS) throw new RangeError(`more than ${MAX_TIMERS} active timers`)
  const id = ++nextId
  const owner = computingCall()
  const newest = owner || (running.size > 0 ? Math.max(...running.keys()) : Infinity)
  const timer = { run, owner, likelyOwner: likelyCall(), newest }
  timers.set(id, everyMs === undefined ? timer : { ...timer, everyMs })
  requestTimer(id, Math.max(0, Number(delayMs) || 0))
  park()
  return id
}

/** Whether every call that may have set it has ended. */
function isOwnerEnded({ owner, newest }: Timer): boolean {
  if (owner !== 0) return !running.has(owner)
  for (const id of running.keys()) if (id <= newest) return false
  return newest !== Infinity
}
