import { AshlarError, showValue } from '../../base/index.ts'
import { type CallerBlock, capabilityMissing } from '../capability/index.ts'

const MAX_MS = 30 * 86_400_000
/** Sleeps per node execution. After each one, the block runs again from its beginning. */
const MAX_SLEEPS = 10_000

interface SleepRequest {
  /** The number of the sleep in its run: 1, 2, 3 … */
  sleep: number
  ms: number
}

/**
 * Parses the only host call of the capability, `sleep.begin(sleep, ms)`. The driver of the execution performs it,
 * because it ends the run of the block. A negative time counts as 0: a block that sleeps until a moment may run again
 * after that moment.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT
 */
export function parseSleep(
  block: Pick<CallerBlock<{ sleep?: true | undefined }>, 'qualifiedName' | 'capabilities'>,
  [sleep, ms]: readonly unknown[],
): SleepRequest {
  const { qualifiedName, capabilities } = block
  if (!capabilities.sleep) throw capabilityMissing(block, 'sleep', 'sleep: true')
  if (typeof ms !== 'number' || !(ms <= MAX_MS))
    throw new AshlarError(
      'BAD_INPUT',
      `block ${qualifiedName}: the duration of a sleep must be a number of milliseconds up to ${MAX_MS}, got ${showValue(ms)}`,
    )
  if (!Number.isSafeInteger(sleep) || (sleep as number) < 1)
    throw new AshlarError(
      'BAD_INPUT',
      `block ${qualifiedName}: the index of a sleep must be an integer of at least 1, got ${showValue(sleep)}`,
    )
  if ((sleep as number) > MAX_SLEEPS)
    throw new AshlarError('OUTPUT_LIMIT', `block ${qualifiedName} sleeps more than ${MAX_SLEEPS} times in one run`)
  return { sleep: sleep as number, ms: Math.max(0, ms) }
}
