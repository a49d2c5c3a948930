import { callHost } from '../io/host-calls.ts'
import { GuestFailure } from '../io/outbox.ts'
import { advanceClock } from './test-clock.ts'

/**
 * `sleep` of one call of a block. The host answers with how many of its sleeps are over; to one that is not, with nothing: it ends
 * the call, and after the time runs the block again. See `executions/sleeps.ts`.
 */
export function sleepFor(callId: number): (ms: number) => Promise<void> {
  let asked = 0
  let over = 0
  return async (ms) => {
    if (!Number.isFinite(ms)) throw new GuestFailure('BAD_INPUT', `sleep takes milliseconds, got ${String(ms)}`)
    const sleep = ++asked
    if (sleep <= over) return
    const answer = await callHost(callId, 'sleep.begin', [sleep, ms])
    over = typeof answer === 'number' ? answer : sleep // nobody listens
    advanceClock(ms)
  }
}
