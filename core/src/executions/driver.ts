import { ERROR_CODES, type AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { ExecutionEvent } from './events.ts'
import { fold } from './fold.ts'
import type { JournalEntry, JournalWriter } from './journal-writer.ts'
import type { NodeExecution } from './pairing.ts'
import type { Plan } from './plan.ts'
import type { Decision, InputMasks, NodeError, Scheduler, SchedulerEvent } from './scheduler.ts'

/** An execution that a worker has taken. */
export interface TakenExecution {
  id: string
  ownerId: string
  inputs: Record<string, unknown>
  masks: InputMasks | null
  plan: Plan
  entry: JournalEntry
  /** What the journal holds already. */
  events: ExecutionEvent[]
}

export interface DriverParts {
  sandbox: Sandbox
  journal: JournalWriter
  /** Between 0 and 1, for the jitter of a backoff. */
  random(): number
}

/**
 * Carries out what the scheduler decides: starts blocks in the sandbox, writes what happens to the journal, and gives it
 * back to the scheduler. Begins where the journal ends: work that was started and has no result there is done again, less
 * the outputs it had delivered.
 */
export class ExecutionDriver {
  readonly #taken: TakenExecution
  readonly #parts: DriverParts
  readonly #scheduler: Scheduler
  readonly #pending: Decision[]
  readonly #calls = new Map<NodeExecution, () => void>()
  readonly #timers = new Map<NodeExecution, NodeJS.Timeout>()
  readonly #backoffs = new WeakMap<NodeExecution, number>()
  #stopped = false

  constructor(taken: TakenExecution, parts: DriverParts) {
    this.#taken = taken
    this.#parts = parts
    const { scheduler, pending } = fold(taken.plan, taken.events)
    this.#scheduler = scheduler
    this.#pending = pending
  }

  start(): void {
    const { inputs, masks } = this.#taken
    const begin = masks ? { inputs, masks } : { inputs }
    if (this.#scheduler.status === 'QUEUED') this.#happen({ type: 'ExecutionStarted', ...begin }, { type: 'start', ...begin })
    else this.#carryOut(this.#pending)
  }

  /** Leaves everything as the journal has it: somebody else goes on, or nobody. */
  stop(): void {
    this.#stopped = true
    for (const abort of this.#calls.values()) abort()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#calls.clear()
    this.#timers.clear()
    this.#parts.sandbox.forget(this.#taken.id)
  }

  #happen(event: ExecutionEvent, input: SchedulerEvent): void {
    if (this.#stopped) return
    this.#append(event)
    this.#carryOut(this.#scheduler.step(input))
  }

  #append(event: ExecutionEvent): void {
    this.#parts.journal.append(this.#taken.entry, event)
  }

  #carryOut(decisions: Decision[]): void {
    for (const decision of decisions) {
      if (decision.type === 'run') this.#run(decision.run)
      else if (decision.type === 'graph-output') this.#append({ type: 'GraphOutput', name: decision.name, value: decision.value })
      else if (decision.type === 'retry') this.#retryLater(decision.run)
      else if (decision.type === 'abort') this.#abort(decision.run)
      else this.#end(decision)
    }
  }

  #run(run: NodeExecution): void {
    const { node, n, attempt } = run
    this.#append({ type: 'NodeStarted', node: node.id, n, attempt })
    const input = this.#inputOf(run)
    if (input instanceof RangeError) this.#finish(run, { code: 'BLOCK_INPUT_INVALID', message: input.message })
    else this.#call(run, input)
  }

  #inputOf(run: NodeExecution): string | RangeError {
    try {
      return JSON.stringify(this.#scheduler.inputsOf(run))
    } catch (error) {
      if (error instanceof RangeError) return error
      throw error
    }
  }

  #call(run: NodeExecution, input: string): void {
    const { node, n } = run
    const { block } = node
    const { plugin } = block
    const abort = this.#parts.sandbox.call(
      {
        kind: 'run',
        bundle: plugin.bundle,
        cordon: plugin.builtin ? 'builtin' : `user:${this.#taken.ownerId}`,
        owner: this.#taken.ownerId,
        scope: plugin.builtin ? '' : this.#taken.id,
        affinity: this.#taken.id,
        block: block.name,
        input,
        timeoutMs: node.timeoutMs,
        skipOutputs: run.outputs,
      },
      {
        output: (pin, value) => {
          const at = { node: node.id, n, pin, value }
          this.#happen({ type: 'NodeOutput', ...at }, { type: 'output', ...at })
        },
        log: (level, text) => this.#append({ type: 'NodeLog', node: node.id, n, level, text }),
        end: (error) => this.#finish(run, error && toNodeError(error)),
      },
    )
    this.#calls.set(run, abort)
  }

  #finish(run: NodeExecution, error: NodeError | undefined): void {
    this.#calls.delete(run)
    const { node, n, attempt } = run
    const event: ExecutionEvent = { type: 'NodeFinished', node: node.id, n, attempt }
    if (error) event.error = error
    if (error?.retryable && attempt < (node.retry?.attempts ?? 1)) event.retryInMs = this.#backoffMs(run)
    if (event.retryInMs !== undefined) this.#backoffs.set(run, event.retryInMs)
    this.#happen(event, { type: 'finish', node: node.id, n, ...(error && { error }) })
  }

  #backoffMs({ node, attempt }: NodeExecution): number {
    const { backoffMs, jitter } = node.retry ?? { backoffMs: 0, jitter: 0 }
    return Math.round(backoffMs * 2 ** (attempt - 1) * (1 + jitter * (this.#parts.random() * 2 - 1)))
  }

  #retryLater(run: NodeExecution): void {
    const { node, n, attempt } = run
    const due = (): void => {
      this.#timers.delete(run)
      this.#happen({ type: 'NodeRetried', node: node.id, n, attempt: attempt + 1 }, { type: 'retry', node: node.id, n })
    }
    this.#timers.set(run, setTimeout(due, this.#backoffs.get(run) ?? this.#backoffMs(run)))
  }

  #abort(run: NodeExecution): void {
    this.#calls.get(run)?.()
    this.#calls.delete(run)
  }

  #end({ status, outputs, failedNodes, reason }: Extract<Decision, { type: 'end' }>): void {
    this.#append({ type: 'ExecutionFinished', status, outputs, failedNodes, ...(reason && { reason }) })
    this.stop()
  }
}

function toNodeError({ code, message }: AshlarError): NodeError {
  return ERROR_CODES[code].retryable ? { code, message, retryable: true } : { code, message }
}
