import { classifyFailure } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { DriverParts, TakenExecution } from './driver-parts.ts'
import { toNodeError } from './node-errors.ts'
import type { NodeExecution, NodeError } from '../../engine/index.ts'

interface ChildStartParts extends Pick<DriverParts, 'children' | 'journal' | 'onError'> {
  taken: TakenExecution
  resolveInputs(run: NodeExecution): Record<string, unknown>
  follow(childId: string, run: NodeExecution): Promise<void>
  failed(run: NodeExecution, error: NodeError): void
}

/** The delay before the next attempt to start a child after the database failed. */
const START_AGAIN_MS = 1000

/** Starts the children of one execution. It repeats a start that fails because of the database. */
export class ChildStarts {
  readonly #parts: ChildStartParts
  readonly #timers = new Set<NodeJS.Timeout>()
  #starting = 0
  #isStopped = false

  constructor(parts: ChildStartParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#starting + this.#timers.size
  }

  async start(run: NodeExecution): Promise<void> {
    this.#starting++
    try {
      await this.#tryStart(run)
    } catch (error) {
      this.#failed(run, error)
    } finally {
      this.#starting--
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  /** Starts the child once the events that led to it are committed. A repeated start creates no second child. */
  async #tryStart(run: NodeExecution): Promise<void> {
    const { taken, journal, children, resolveInputs, follow } = this.#parts
    const { id, ownerId, depth, recordsHttp, entry } = taken
    const { node, n, attempt } = run
    await journal.committed(entry)
    if (this.#isStopped || entry.lost || run.status !== 'RUNNING') return
    const childId = await children.start({ executionId: id, ownerId, depth, recordsHttp, node, n, attempt }, resolveInputs(run))
    await follow(childId, run)
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
