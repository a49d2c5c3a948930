import { classifyFailure } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import { toNodeError } from './node-errors.ts'
import type { NodeExecution, NodeError } from '../../engine/index.ts'

interface ChildStartParts {
  /** Starts the child of a run unless it exists, and follows it. Does nothing if the run has ended. */
  start(run: NodeExecution): Promise<void>
  failed(run: NodeExecution, error: NodeError): void
  onError(error: unknown): void
}

/** The delay before the next attempt to start a child after the database failed. */
const START_AGAIN_MS = 1000

/** Starts the children of one execution. It repeats a start that fails because of the database. */
export class ChildStarts {
  readonly #parts: ChildStartParts
  readonly #timers = new Set<NodeJS.Timeout>()
  #starting = 0

  constructor(parts: ChildStartParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#starting + this.#timers.size
  }

  async start(run: NodeExecution): Promise<void> {
    this.#starting++
    try {
      await this.#parts.start(run)
    } catch (error) {
      this.#failed(run, error)
    } finally {
      this.#starting--
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #failed(run: NodeExecution, error: unknown): void {
    if (error instanceof AshlarError) return this.#parts.failed(run, toNodeError(error, run.node.block))
    this.#parts.onError(error)
    if (classifyFailure(error) === 'statement') {
      const message = 'the graph of the node could not be started: see the log of the worker for the cause'
      return this.#parts.failed(run, { code: 'BLOCK_FAILED', message })
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.start(run).catch((failure: unknown) => this.#parts.onError(failure))
    }, START_AGAIN_MS)
    this.#timers.add(timer)
  }
}
