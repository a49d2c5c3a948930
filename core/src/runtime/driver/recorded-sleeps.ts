import { setTimeout as pause } from 'node:timers/promises'
import { parseSleep } from '../../capabilities/index.ts'
import type { NodeExecution, Sleep } from '../../engine/index.ts'

/** Shorter ones just wait in the call: to end it and to run it again would take as long. */
const SHORT_MS = 50
/** What a timer may wait for is less than a sleep may last. */
const LONGEST_TIMER_MS = 3600_000

/** What is done about the sleeps of an execution. */
export interface SleepSink {
  begin(run: NodeExecution, sleep: Sleep): void
  over(run: NodeExecution): void
}

/**
 * The sleeping node executions of one execution that is in hand.
 *
 * A block asks for its sleeps by number. Those up to the last one in the journal are over; the answer to the first question tells how many, so
 * that a block that is run again asks once. A sleep that is not over ends the call: no answer comes.
 */
export class Sleeps {
  readonly #now: () => number
  readonly #sink: SleepSink
  readonly #timers = new Map<NodeExecution, NodeJS.Timeout>()

  /** @param now the clock of the database, in milliseconds since 1970: the one clock for all workers */
  constructor(now: () => number, sink: SleepSink) {
    this.#now = now
    this.#sink = sink
  }

  get size(): number {
    return this.#timers.size
  }

  /** Ids of the nodes that sleep. */
  nodes(): string[] {
    return [...new Set([...this.#timers.keys()].map(({ node }) => node.id))]
  }

  /** When the first is over; undefined when none sleeps. */
  get nextAt(): number | undefined {
    let first: number | undefined
    for (const { asleep } of this.#timers.keys())
      if (asleep && !(first !== undefined && first <= asleep.until)) first = asleep.until
    return first
  }

  /** Milliseconds until the first is over; Infinity when none sleeps. */
  get remainingMs(): number {
    return (this.nextAt ?? Infinity) - this.#now()
  }

  /**
   * The host call `sleep.begin`.
   *
   * @returns how many sleeps are over
   * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT
   */
  async ask(run: NodeExecution, args: readonly unknown[]): Promise<number> {
    const { sleep, ms } = parseSleep(run.node.block, args)
    if (sleep <= run.slept) return run.slept
    if (ms < SHORT_MS) return pause(ms, sleep)
    this.#sink.begin(run, { sleep, until: Math.ceil(this.#now() + ms) })
    return new Promise(() => {})
  }

  /** Waits for the end of its sleep: never shorter, however early a timer fires. */
  start(run: NodeExecution): void {
    const remainingMs = (run.asleep?.until ?? 0) - this.#now()
    if (remainingMs > 0) {
      const timer = setTimeout(() => this.start(run), Math.min(remainingMs, LONGEST_TIMER_MS))
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
