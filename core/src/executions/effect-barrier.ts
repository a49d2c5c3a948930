import type { Effect } from '../capabilities/index.ts'
import type { ExecutionEvent } from './events.ts'
import type { NodeExecution } from './pairing.ts'

interface Passage {
  attempt: number
  isMarked: boolean
  isCommitted: boolean
  committed: Promise<void>
}

/**
 * The effect barrier of one execution: a block has its first effect outside only when everything that led to it is committed, and
 * that it begins. So a block that only reads waits for nothing, and after a crash it is known of each block whether it may have acted.
 */
export class EffectBarrier {
  readonly #append: (event: ExecutionEvent) => void
  readonly #committed: () => Promise<void>
  readonly #passages = new WeakMap<NodeExecution, Passage>()

  /** @param committed resolves when everything appended is committed, or cannot be committed any more */
  constructor(append: (event: ExecutionEvent) => void, committed: () => Promise<void>) {
    this.#append = append
    this.#committed = committed
  }

  /** Resolves when a run may do this outside. Calls of a run pass in the order in which they come. */
  async pass(run: NodeExecution, effect: Effect): Promise<void> {
    const { node, n, attempt } = run
    const last = this.#passages.get(run)
    const before = last?.attempt === attempt ? last : undefined
    const isMarked = effect === 'once' && node.block.onCrash !== 'retry'
    if (effect === 'none' || (before && (before.isMarked || !isMarked))) return before?.committed
    if (isMarked) this.#append({ type: 'EffectStarted', node: node.id, n, attempt })
    const passage: Passage = { attempt, isMarked, isCommitted: false, committed: this.#committed() }
    this.#passages.set(run, passage)
    await passage.committed
    passage.isCommitted = true
  }

  /** Whether what led to the effect of a run is not committed yet. */
  isHeldUp(run: NodeExecution): boolean {
    const passage = this.#passages.get(run)
    return passage?.attempt === run.attempt && !passage.isCommitted
  }
}
