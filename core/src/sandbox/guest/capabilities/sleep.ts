import { callHost } from '../io/host-calls.ts'
import { GuestFailure } from '../io/outbox.ts'
import { advanceClock } from './test-clock.ts'

/**
 * Creates the `sleep` function of one call of a block. The host responds with the number of its sleeps that are over.
 * It does not respond to a sleep that is not over: it ends the call, and runs the block again after the time. See
 * `runtime/driver/recorded-sleeps.ts`.
 */
export function sleepFor(callId: number): (ms: number) => Promise<void> {
  let started = 0
  let over = 0
  return async (ms) => {
    if (!Number.isFinite(ms)) throw new GuestFailure('BAD_INPUT', `sleep takes milliseconds, got ${String(ms)}`)
    const sleep = ++started
    if (sleep <= over) return
    const answer = await callHost(callId, 'sleep.begin', [sleep, ms])
    over = typeof answer === 'number' ? answer : sleep // a host without sleeps
    advanceClock(ms)
  }
}
