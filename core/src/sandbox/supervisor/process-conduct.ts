import type { FromProcess, ToProcess } from '../channel/index.ts'

/**
 * Checks that the messages of a sandbox process match the messages that its worker has sent, so that a compromised
 * process cannot keep the worker busy with cheap messages. These rules apply:
 *
 * - The process sends `ready` first and once, `pong` once per `ping`, and `aborted` once per aborted call.
 * - It sends at most one `lost` per guest to which calls were sent, and messages of an inspector only after `inspect`.
 * - All other messages report events of calls in flight. The worker spends at most {@link MAX_USELESS_MS} plus a
 *   twentieth of the elapsed time on messages that do not.
 */
export class ProcessConduct {
  readonly #maxUselessMs: number
  #isReady = false
  #isInspected = false
  #pings = 0
  /** The number of times that calls were sent to a guest, minus the number of lost guests. */
  #guests = 0
  /** Unacknowledged aborts, by id of the call. */
  readonly #aborts = new Map<number, number>()
  #uselessMs = 0
  #countedAt = 0

  /** @param maxUselessMs for tests. @default 5000 */
  constructor(maxUselessMs = MAX_USELESS_MS) {
    this.#maxUselessMs = maxUselessMs
  }

  sent(message: ToProcess): void {
    if (message[0] === 'ping') this.#pings++
    else if (message[0] === 'calls') this.#guests += message[1].length
    else if (message[0] === 'inspect') this.#isInspected = true
    else if (message[0] === 'abort') for (const id of message[2]) this.#aborts.set(id, (this.#aborts.get(id) ?? 0) + 1)
  }

  /** Whether the process may send the message now. */
  expects(message: FromProcess): boolean {
    if (message[0] === 'ready') {
      const isFirst = !this.#isReady
      this.#isReady = true
      return isFirst
    }
    if (!this.#isReady) return false
    if (message[0] === 'events') return message[1].length > 0
    if (message[0] === 'pong') return this.#pings-- > 0
    if (message[0] === 'lost') return this.#guests-- > 0
    if (message[0] === 'inspector') return this.#isInspected
    return message[2].length > 0 && message[2].every((id) => this.#acknowledge(id))
  }

  #acknowledge(id: number): boolean {
    const aborts = this.#aborts.get(id)
    if (aborts === undefined) return false
    if (aborts > 1) this.#aborts.set(id, aborts - 1)
    else this.#aborts.delete(id)
    return true
  }

  /**
   * Counts a useless message.
   *
   * @param ms the time that the worker spent on it
   * @param now on the clock of `performance.now()`
   * @returns whether the process is still within the limit
   */
  countUseless(ms: number, now: number): boolean {
    this.#uselessMs = Math.max(0, this.#uselessMs - (now - this.#countedAt) * USELESS_SHARE) + ms
    this.#countedAt = now
    return this.#uselessMs <= this.#maxUselessMs
  }
}

/** Uncompromised processes need far less: a value of the maximum size for a call that has just ended takes a second. */
const MAX_USELESS_MS = 5000
/** An uncompromised process reports the CPU time of each guest ten times a second. */
const USELESS_SHARE = 0.05
