import type { NodeExecution } from './pairing.ts'
import type { NodeError } from './scheduler.ts'

/** The failed attempts of one execution whose repetition is to come. */
export class Retries {
  readonly #random: () => number
  readonly #due: (run: NodeExecution) => void
  readonly #timers = new Map<NodeExecution, NodeJS.Timeout>()
  readonly #backoffs = new WeakMap<NodeExecution, number>()

  /** @param random between 0 and 1, for the jitter */
  constructor(random: () => number, due: (run: NodeExecution) => void) {
    this.#random = random
    this.#due = due
  }

  get size(): number {
    return this.#timers.size
  }

  /** After how many milliseconds an attempt that ended so is repeated; undefined when it is not. */
  backoffOf(run: NodeExecution, error: NodeError | undefined): number | undefined {
    if (!error?.retryable || run.attempt >= (run.node.retry?.attempts ?? 1)) return undefined
    const backoffMs = this.#draw(run)
    this.#backoffs.set(run, backoffMs)
    return backoffMs
  }

  /** Waits as long as {@link backoffOf} has said. */
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
