import type { Effect } from '../../capabilities/index.ts'
import type { ExecutionEvent, NodeExecution } from '../../engine/index.ts'

interface Passage {
  attempt: number
  isMarked: boolean
  isCommitted: boolean
  committed: Promise<void>
}

/**
 * The effect barrier of one execution. A block may start its first external effect only after all events that led to
 * it, and the event `EffectStarted`, are committed. A block that only reads does not wait. After a crash, the journal
 * shows for each block whether it may have had an effect.
 */
export class EffectBarrier {
  readonly #append: (event: ExecutionEvent) => void
  readonly #committed: () => Promise<void>
  readonly #passages = new WeakMap<NodeExecution, Passage>()

  /** @param committed resolves when all appended events are committed, or can no longer be committed */
  constructor(append: (event: ExecutionEvent) => void, committed: () => Promise<void>) {
    this.#append = append
    this.#committed = committed
  }

  /** Resolves when a run may perform this effect. The calls of a run pass in the order of their arrival. */
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

  /** Whether the events that led to the effect of a run are not committed yet. */
  isHeldUp(run: NodeExecution): boolean {
    const passage = this.#passages.get(run)
    return passage?.attempt === run.attempt && !passage.isCommitted
  }
}
