import { AshlarError, showValue } from '../../errors/index.ts'
import type { ActingBlock } from '../capability.ts'
import { capabilityMissing } from '../capability-errors.ts'

const MAX_MS = 30 * 86_400_000
/** Sleeps that one node execution may ask for: each time, what stands before is run again. */
const MAX_SLEEPS = 10_000

/** What a block asks for. */
export interface SleepRequest {
  /** Which of its sleeps: 1, 2, 3 … in the order in which it asks. */
  sleep: number
  ms: number
}

/**
 * The one host call of the capability, `sleep.begin(sleep, ms)`. It ends the call that asks, so not a session of the capability performs it
 * but whoever drives the execution. A time that is over counts as 0: run again, a block that sleeps until some moment asks for less.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT
 */
export function parseSleep(
  block: Pick<ActingBlock, 'qualifiedName' | 'capabilities'>,
  [sleep, ms]: readonly unknown[],
): SleepRequest {
  const { qualifiedName, capabilities } = block
  if (!capabilities.sleep) throw capabilityMissing(block, 'sleep', 'sleep: true')
  if (typeof ms !== 'number' || !(ms <= MAX_MS))
    throw new AshlarError(
      'BAD_INPUT',
      `block ${qualifiedName}: sleep takes milliseconds, at most ${MAX_MS}, got ${showValue(ms)}`,
    )
  if (!Number.isSafeInteger(sleep) || (sleep as number) < 1)
    throw new AshlarError('BAD_INPUT', `block ${qualifiedName}: a sleep has a number from 1, got ${showValue(sleep)}`)
  if ((sleep as number) > MAX_SLEEPS)
    throw new AshlarError('OUTPUT_LIMIT', `block ${qualifiedName} sleeps more than ${MAX_SLEEPS} times in one run`)
  return { sleep: sleep as number, ms: Math.max(0, ms) }
}
