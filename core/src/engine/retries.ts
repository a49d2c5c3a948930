import type { NodeExecution } from './pairing/index.ts'
import type { NodeError } from './decisions.ts'

/** The failed attempts of one execution that are to be repeated. */
export class Retries {
  readonly #random: () => number
  readonly #due: (run: NodeExecution) => void
  readonly #timers = new Map<NodeExecution, NodeJS.Timeout>()
  readonly #backoffs = new WeakMap<NodeExecution, number>()

  /** @param random returns a number between 0 and 1, for the jitter */
  constructor(random: () => number, due: (run: NodeExecution) => void) {
    this.#random = random
    this.#due = due
  }

  get size(): number {
    return this.#timers.size
  }

  /** Returns the delay before the next attempt in milliseconds, or undefined if the run is not repeated. */
  nextBackoffMs(run: NodeExecution, error: NodeError | undefined): number | undefined {
    if (!error?.retryable || run.attempt >= (run.node.retry?.attempts ?? 1)) return undefined
    const backoffMs = this.#draw(run)
    this.#backoffs.set(run, backoffMs)
    return backoffMs
  }

  /** Starts the delay that {@link nextBackoffMs} has returned. */
  start(run: NodeExecution): void {
    const due = (): void => {
      this.#timers.delete(run)
      this.#due(run)
    }
    this.#timers.set(run, setTimeout(due, this.#backoffs.get(run) ?? this.#draw(run)))
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #draw({ node, attempt }: NodeExecution): number {
    const { backoffMs, jitter } = node.retry ?? { backoffMs: 0, jitter: 0 }
    return Math.round(backoffMs * 2 ** (attempt - 1) * (1 + jitter * (this.#random() * 2 - 1)))
  }
}
