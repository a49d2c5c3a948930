import type { AshlarError } from '../../base/index.ts'
import type { ErrorLocator } from '../../catalogue/registry/index.ts'
import { toNodeError } from './node-errors.ts'
import type { NodeExecution, NodeError } from '../../engine/index.ts'

interface FailedCallsParts {
  errorLocator: ErrorLocator
  onError(error: unknown): void
}

/**
 * The failed calls of an execution. An error that plugin code threw is located in the source of the plugin before its
 * run ends, which is asynchronous. Any other error ends its run immediately.
 */
export class FailedCalls {
  readonly #parts: FailedCallsParts
  readonly #finish: (run: NodeExecution, error: NodeError) => void
  readonly #locating = new Set<NodeExecution>()

  constructor(parts: FailedCallsParts, finish: (run: NodeExecution, error: NodeError) => void) {
    this.#parts = parts
    this.#finish = finish
  }

  /** The number of errors that are being located. Their runs have not ended. */
  get size(): number {
    return this.#locating.size
  }

  end(run: NodeExecution, error: AshlarError): void {
    if (error.details.stack === undefined) return this.#finish(run, toNodeError(error, run.node.block))
    this.#locating.add(run)
    this.#locate(run, error).catch((failure: unknown) => this.#parts.onError(failure))
  }

  /** Discards the error of the run. */
  drop(run: NodeExecution): void {
    this.#locating.delete(run)
  }

  stop(): void {
    this.#locating.clear()
  }

  async #locate(run: NodeExecution, error: AshlarError): Promise<void> {
    const { errorLocator, onError } = this.#parts
    // the error itself matters more than its location
    const located = await errorLocator.locate(error, run.node.block).catch(onError)
    if (this.#locating.delete(run)) this.#finish(run, toNodeError(error, run.node.block, located ?? undefined))
  }
}
