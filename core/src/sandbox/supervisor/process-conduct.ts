import type { FromProcess, ToProcess } from '../channel/index.ts'

/**
 * Whether the messages of a sandbox process fit what its worker has sent. An honest process passes; a compromised one cannot keep the
 * worker busy with messages that cost it nothing.
 *
 * - `ready` comes first and once, `pong` once per `ping`, `aborted` once per call that was aborted.
 * - Guests are lost at most as often as calls were sent to guests. There are messages of an inspector only after `inspect`.
 * - Other messages are of use: they report events of calls in flight. The worker spends at most {@link MAX_USELESS_MS} on messages that
 *   are not, plus a twentieth of the time.
 */
export class ProcessConduct {
  readonly #maxUselessMs: number
  #isReady = false
  #isInspected = false
  #pings = 0
  /** How often calls were sent to a guest, less the guests that were lost. */
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
   * Counts a message that was of no use.
   *
   * @param ms what the worker has spent on it
   * @param now on the clock of `performance.now()`
   * @returns whether there may be more of them
   */
  countUseless(ms: number, now: number): boolean {
    this.#uselessMs = Math.max(0, this.#uselessMs - (now - this.#countedAt) * USELESS_SHARE) + ms
    this.#countedAt = now
    return this.#uselessMs <= this.#maxUselessMs
  }
}

/** Honest processes need far less: a value of the maximum size for a call that has just ended takes a second. */
const MAX_USELESS_MS = 5000
/** An honest process reports the processor time of each guest ten times a second. */
const USELESS_SHARE = 0.05
