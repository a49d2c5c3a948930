import { park, startSlice } from './entries.ts'
import { computingCall, enterCall, leaveCall } from './outbox.ts'

/** Asks the host to call {@link fire} with this id after `delayMs`; a negative delay takes the request back. */
type RequestTimer = (id: number, delayMs: number) => void

/** Hears what a callback has thrown; the timer has ended with it. */
type TimerThrew = (error: unknown, owner: number) => void

interface Timer {
  run: () => void
  everyMs?: number
  /** The call that has set it, where that is known; else 0. */
  owner: number
}

const MAX_TIMERS = 10_000
const timers = new Map<number, Timer>()
let requestTimer: RequestTimer = () => {}
let timerThrew: TimerThrew = () => {}
let nextId = 0

export function connectTimers(request: RequestTimer, threw: TimerThrew): void {
  requestTimer = request
  timerThrew = threw
}

/** Runs the callbacks of timers that are due. @param json JSON text `[timer id, …]` */
export function fire(json: string): void {
  startSlice()
  for (const id of JSON.parse(json) as number[]) {
    const timer = timers.get(id)
    if (!timer) continue
    if (timer.everyMs === undefined) timers.delete(id)
    else requestTimer(id, timer.everyMs)
    run(id, timer)
  }
}

function run(id: number, timer: Timer): void {
  if (timer.owner !== 0) enterCall(timer.owner)
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
  if (timers.size >= MAX_TIMERS) throw new RangeError(`more than ${MAX_TIMERS} timers at once`)
  const id = ++nextId
  const owner = computingCall()
  timers.set(id, everyMs === undefined ? { run, owner } : { run, everyMs, owner })
  requestTimer(id, Math.max(0, Number(delayMs) || 0))
  park()
  return id
}
