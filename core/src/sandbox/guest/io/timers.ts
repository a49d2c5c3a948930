/**
 * A timer goes with the call that has set it: what it would compute after that belongs to nobody. Whose it is is known for code
 * before the first `await`; else it may be that of any call that ran when it was set, and goes with the last of these. One that
 * was set while no call ran, as the plugin was loaded, stays.
 *
 * A timer that is left behind is dropped when it is due, or when there is no room for another.
 */
import { park, startSlice } from './entries.ts'
import { computingCall, enterCall, entered, enterLikely, leaveCall, likelyCall } from './outbox.ts'

/** Asks the host to call {@link fire} with this id after `delayMs`; a negative delay takes the request back. */
type RequestTimer = (id: number, delayMs: number) => void

/** Hears what a callback has thrown; the timer has ended with it. */
type TimerThrew = (error: unknown, owner: number) => void

interface Timer {
  run: () => void
  everyMs?: number
  /** The call that has set it, where that is known; else 0. */
  owner: number
  /** The call that has most likely set it; 0 if unknown. */
  likelyOwner: number
  /** The newest call that can have set it. */
  newest: number
}

const MAX_TIMERS = 10_000
const timers = new Map<number, Timer>()
let requestTimer: RequestTimer = () => {}
let timerThrew: TimerThrew = () => {}
/** By id, the calls that have not ended. */
let running: ReadonlyMap<number, unknown> = new Map()
let nextId = 0

export function connectTimers(request: RequestTimer, threw: TimerThrew, calls: ReadonlyMap<number, unknown>): void {
  requestTimer = request
  timerThrew = threw
  running = calls
}

/** Runs the callbacks of timers that are due. @param json JSON text `[timer id, …]` @returns what {@link entered} returns */
export function fire(json: string): string {
  startSlice()
  for (const id of JSON.parse(json) as number[]) {
    const timer = timers.get(id)
    if (!timer) continue
    const isDropped = isLeft(timer)
    if (isDropped || timer.everyMs === undefined) timers.delete(id)
    else requestTimer(id, timer.everyMs)
    if (!isDropped) run(id, timer)
  }
  return entered()
}

function run(id: number, timer: Timer): void {
  if (timer.owner === 0) enterLikely(timer.likelyOwner)
  else enterCall(timer.owner)
  try {
    timer.run()
  } catch (error) {
    clearTimer(id)
    timerThrew(error, timer.owner)
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
  if (timers.size >= MAX_TIMERS) for (const [id, timer] of timers) if (isLeft(timer)) clearTimer(id)
  if (timers.size >= MAX_TIMERS) throw new RangeError(`more than ${MAX_TIMERS} timers at once`)
  const id = ++nextId
  const owner = computingCall()
  const newest = owner || (running.size > 0 ? Math.max(...running.keys()) : Infinity)
  const timer = { run, owner, likelyOwner: likelyCall(), newest }
  timers.set(id, everyMs === undefined ? timer : { ...timer, everyMs })
  requestTimer(id, Math.max(0, Number(delayMs) || 0))
  park()
  return id
}

/** Whether every call that can have set it has ended. */
function isLeft({ owner, newest }: Timer): boolean {
  if (owner !== 0) return !running.has(owner)
  for (const id of running.keys()) if (id <= newest) return false
  return newest !== Infinity
}
