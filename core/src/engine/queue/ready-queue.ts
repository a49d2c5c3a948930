import type { NodeExecution } from '../pairing/index.ts'

/** The number of node executions that were taken and are not forgotten yet. */
const MAX_TAKEN = 1024

/** The node executions that are ready to run, oldest first. */
export class ReadyQueue {
  #runs: NodeExecution[] = []
  /** The first one that has not been taken. */
  #next = 0

  get size(): number {
    return this.#runs.length - this.#next
  }

  push(run: NodeExecution): void {
    this.#runs.push(run)
  }

  /** Takes the first one that may start. Those before it are removed. */
  take(mayStart: (run: NodeExecution) => boolean): NodeExecution | undefined {
    let taken: NodeExecution | undefined
    while (!taken && this.size > 0) {
      const run = this.#runs[this.#next++]
      if (run && mayStart(run)) taken = run
    }
    if (this.#next > MAX_TAKEN || this.size === 0) this.#runs = this.drain()
    return taken
  }

  /** Removes and returns all. */
  drain(): NodeExecution[] {
    const left = this.#runs.slice(this.#next)
    this.#runs = []
    this.#next = 0
    return left
  }
}
