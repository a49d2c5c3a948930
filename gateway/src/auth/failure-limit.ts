import { AshlarError } from '@ashlar/core'
import type { Logger } from '../base/logger.ts'
import { toLimitKey } from '../base/client-address.ts'

/** Limits the failed attempts of an address. Successful attempts do not count. */
export interface FailureLimit {
  /** @throws {AshlarError} RATE_LIMITED when the address has no attempt left */
  assertBelowLimit(address: string): void
  recordFailure(address: string): void
}

const MAX_FAILURES = 20
const WINDOW_MS = 60_000
/** Above this number, the limit forgets the address with the oldest window. */
const MAX_ADDRESSES = 10_000

/**
 * @param attempts the noun in messages, such as `login attempts`
 * @param now for tests, in milliseconds
 */
export function createFailureLimit(attempts: string, logger: Logger, now: () => number = () => performance.now()): FailureLimit {
  const windows = new Map<string, { failures: number; endsAt: number }>()
  const findWindow = (address: string): { failures: number; endsAt: number } | undefined => {
    const window = windows.get(toLimitKey(address))
    return window && window.endsAt > now() ? window : undefined
  }
  return {
    assertBelowLimit(address) {
      const window = findWindow(address)
      if (!window || window.failures < MAX_FAILURES) return
      const retryAfterSeconds = Math.ceil((window.endsAt - now()) / 1000)
      const message = `too many failed ${attempts} from this address: try again in ${retryAfterSeconds} seconds`
      throw new AshlarError('RATE_LIMITED', message, { details: { retryAfterSeconds } })
    },
    recordFailure(address) {
      const window = findWindow(address) ?? { failures: 0, endsAt: now() + WINDOW_MS }
      window.failures++
      const network = toLimitKey(address)
      if (window.failures === 1) windows.delete(network) // the newest window is the last entry
      windows.set(network, window)
      if (windows.size > MAX_ADDRESSES) windows.delete(windows.keys().next().value ?? '')
      if (window.failures === MAX_FAILURES)
        logger.info(
          `${address}: ${MAX_FAILURES} failed ${attempts} in a minute. Further attempts are rejected until the minute ends.`,
        )
    },
  }
}
