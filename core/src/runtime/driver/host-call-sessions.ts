import type { CapabilityHosts, CapabilitySession } from '../../capabilities/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { TakenExecution } from './driver-parts.ts'
import { EffectBarrier } from './effect-barrier.ts'
import type { ExecutionEvent, NodeExecution } from '../../engine/index.ts'
import type { JournalWriter } from '../journal/index.ts'

interface HostCallSessionParts {
  taken: TakenExecution
  capabilities: CapabilityHosts
  journal: JournalWriter
  append(event: ExecutionEvent): void
  resolveInputs(run: NodeExecution): Record<string, unknown>
}

/**
 * The node executions of one execution that have made a host call. Each has a session from its first host call to its
 * end.
 */
export class HostCallSessions {
  readonly #parts: HostCallSessionParts
  readonly #barrier: EffectBarrier
  readonly #sessions = new Map<NodeExecution, CapabilitySession>()

  constructor(parts: HostCallSessionParts) {
    this.#parts = parts
    this.#barrier = new EffectBarrier(parts.append, () => parts.journal.committed(parts.taken.entry))
  }

  /** Whether a running block has used a capability and may have external effects. */
  get hasEffects(): boolean {
    return this.#sessions.keys().some(({ node }) => node.block.effectful)
  }

  /** Whether a run waits for a commit before its effect. */
  isHeldUp(run: NodeExecution): boolean {
    return this.#barrier.isHeldUp(run)
  }

  /**
   * @throws {AshlarError} the errors of {@link CapabilitySession}; CANCELLED when the call has ended before the effect
   */
  async perform(run: NodeExecution, method: string, args: readonly unknown[]): Promise<unknown> {
    const session = this.#getSession(run)
    await this.#barrier.pass(run, session.getEffect(method, args))
    if (this.#parts.taken.entry.lost || this.#sessions.get(run) !== session)
      throw new AshlarError('CANCELLED', 'the call has ended, or another worker has leased the execution')
    return session.perform(method, args)
  }

  #getSession(run: NodeExecution): CapabilitySession {
    return this.#sessions.get(run) ?? this.#createSession(run)
  }

  #createSession(run: NodeExecution): CapabilitySession {
    const { taken, capabilities, resolveInputs } = this.#parts
    const { block, credentials, id } = run.node
    const caller = { block, credentials, idempotencyKey: `${taken.id}:${id}:${run.n}` }
    const session = capabilities.createSession(taken, caller, () => resolveInputs(run))
    this.#sessions.set(run, session)
    return session
  }

  close(run: NodeExecution): void {
    this.#sessions.get(run)?.close()
    this.#sessions.delete(run)
  }

  closeAll(): void {
    for (const run of this.#sessions.keys()) this.close(run)
  }
}
