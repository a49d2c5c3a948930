import type { Logger } from '../../base/logger.ts'

const MAX_LINES = 20
const WINDOW_MS = 60_000

/**
 * Creates a function that logs why a token was rejected, at most 20 times a minute: anyone can send invalid tokens.
 *
 * @param now for tests, in milliseconds
 */
export function createRejectionLog(
  logger: Logger,
  now: () => number = () => performance.now(),
): (address: string, reason: string) => void {
  let [endsAt, lines] = [-Infinity, 0]
  return (address, reason) => {
    if (now() >= endsAt) {
      if (lines > MAX_LINES) logger.info(`${lines - MAX_LINES} more tokens were rejected`)
      ;[endsAt, lines] = [now() + WINDOW_MS, 0]
    }
    if (++lines <= MAX_LINES) logger.info(`${address}: a token was rejected: ${reason}`)
  }
}
