import { setTimeout as pause } from 'node:timers/promises'
import { parseSleep } from '../../capabilities/index.ts'
import type { NodeExecution, Sleep } from '../../engine/index.ts'

/** Shorter sleeps wait within the call: ending the call and running the block again would take as long. */
const SHORT_MS = 50
/** The maximum timeout of a timer is shorter than the maximum sleep. */
const MAX_TIMER_MS = 3600_000

/** Receives the sleeps of an execution. */
interface SleepSink {
  begin(run: NodeExecution, sleep: Sleep): void
  over(run: NodeExecution): void
}

/**
 * The sleeping node executions of one held execution.
 *
 * A block requests its sleeps by number. The sleeps up to the last one in the journal have ended. The first response
 * returns their count, so a block that runs again sends one request for all of them. A sleep that has not ended ends
 * the call: its request gets no response.
 */
export class RecordedSleeps {
  readonly #now: () => number
  readonly #sink: SleepSink
  readonly #timers = new Map<NodeExecution, NodeJS.Timeout>()

  /** @param now the database clock, in milliseconds since 1970. All workers use the same clock. */
  constructor(now: () => number, sink: SleepSink) {
    this.#now = now
    this.#sink = sink
  }

  get size(): number {
    return this.#timers.size
  }

  /** The ids of the sleeping nodes. */
  nodes(): string[] {
    return [...new Set([...this.#timers.keys()].map(({ node }) => node.id))]
  }

  /** The end of the first sleep; undefined if no run sleeps. */
  get nextAt(): number | undefined {
    let first: number | undefined
    for (const { currentSleep } of this.#timers.keys())
      if (currentSleep && !(first !== undefined && first <= currentSleep.until)) first = currentSleep.until
    return first
  }

  /** The milliseconds until the first sleep ends; Infinity if no run sleeps. */
  get remainingMs(): number {
    return (this.nextAt ?? Infinity) - this.#now()
  }

  /**
   * Handles the host call `sleep.begin`.
   *
   * @returns the number of sleeps that have ended
   * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT
   */
  async request(run: NodeExecution, args: readonly unknown[]): Promise<number> {
    const { sleep, ms } = parseSleep(run.node.block, args)
    if (sleep <= run.slept) return run.slept
    if (ms < SHORT_MS) return pause(ms, sleep)
    this.#sink.begin(run, { sleep, until: Math.ceil(this.#now() + ms) })
    return new Promise(() => {})
  }

  /** Waits until the sleep has ended. Never ends early, even if a timer fires early. */
  start(run: NodeExecution): void {
    const remainingMs = (run.currentSleep?.until ?? 0) - this.#now()
    if (remainingMs > 0) {
      const timer = setTimeout(() => this.start(run), Math.min(remainingMs, MAX_TIMER_MS))
      this.#timers.set(run, timer)
      return
    }
    this.#timers.delete(run)
    this.#sink.over(run)
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
