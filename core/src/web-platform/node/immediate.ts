import { clearTimer, setTimeout } from '../../sandbox/guest/io/timers.ts'

/** Runs the callback after the code and the microtasks that are running. */
export function setImmediate(callback: (...args: unknown[]) => void, ...args: unknown[]): number {
  return setTimeout(callback, 0, ...args)
}

export function clearImmediate(id: unknown): void {
  clearTimer(id)
}
