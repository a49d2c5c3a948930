import type { NodeError, NodeExecution, Scheduler } from '../../../engine/index.ts'
import type { CallSink } from '../../../sandbox/calls/index.ts'
import type { JournalEntry, JournalWriter } from '../../journal/index.ts'
import { HeldOutputs, type OutputSink, type SetTimer } from './held-outputs.ts'
import type { Output } from './output.ts'
import { RepeatCheck } from './repeat-check.ts'

export interface RunOutputsParts {
  journal: Pick<JournalWriter, 'committed'>
  /** Returns the committed outputs of a node execution, in order. */
  readOutputs(entry: JournalEntry, run: NodeExecution): AsyncIterable<Pick<Output, 'pin' | 'value'> & { k?: number }>
  /** Milliseconds. */
  now(): number
  onError(error: unknown): void
  /** @default the timers of the process */
  setTimer?: SetTimer
}

interface Destination extends OutputSink {
  scheduler: Pick<Scheduler, 'plan' | 'refuseOutput' | 'canAccept'>
  entry: JournalEntry
}

/** The events that runs with many values may leave uncommitted. */
const MAX_UNCOMMITTED = 10_000

/**
 * The way of outputs from the calls of an execution to its journal. Outputs are held while their loop is full, while it
 * has reached its rate, and while it is unknown whether a repeated run has repeated its earlier outputs.
 */
export class RunOutputs {
  readonly #parts: RunOutputsParts
  readonly #to: Destination
  readonly #held: HeldOutputs
  readonly #checks = new Map<NodeExecution, RepeatCheck>()

  constructor(parts: RunOutputsParts, to: Destination) {
    this.#parts = parts
    this.#to = to
    this.#held = new HeldOutputs(to.scheduler, to, () => parts.now(), parts.setTimer ?? setProcessTimer)
  }

  get hasTimers(): boolean {
    return this.#held.hasTimers
  }

  /** Ignores outputs of a run that has ended, which may still arrive while a foreseen call is adopted. */
  take(run: NodeExecution, output: Output): void {
    if (run.status === 'RUNNING') this.#held.take(run, output)
  }

  /** The parts of the sink of a call that control its outputs. */
  control(run: NodeExecution): Pick<CallSink, 'more' | 'skipped'> {
    const more = (): Promise<void> | undefined =>
      this.#checks.get(run)?.compared ?? this.#held.emptied(run) ?? this.#journalHasRoom()
    if (this.#to.scheduler.plan.pairing === 'FIFO') return { more } // values have no iterations
    return { more, skipped: (index, pin, value, k) => this.#skip(run, index, { pin, value, k }) }
  }

  /** Continues once a repeated run has repeated its outputs. A sleep discards the outputs that wait. */
  afterCheck(run: NodeExecution, next: () => void): void {
    const proceed = (): void => {
      if (run.status === 'RUNNING') next()
    }
    const check = this.#checks.get(run)
    if (check) check.passed.then(proceed).catch((error: unknown) => this.#parts.onError(error))
    else proceed()
  }

  /**
   * @param hasFailed whether the run has failed, so that it need not have repeated its earlier outputs
   * @param end ends the run, after its outputs
   */
  end(run: NodeExecution, hasFailed: boolean, end: () => void): void {
    if (run.status !== 'RUNNING') return
    const check = this.#checks.get(run)
    this.#held.end(run, end)
    if (hasFailed) this.#endCheck(run)
    else check?.end()
  }

  /** The loop of the run has room again. */
  accept(run: NodeExecution): void {
    this.#held.accept(run)
  }

  drop(run: NodeExecution): void {
    this.#checks.get(run)?.cancel()
    this.#checks.delete(run)
    this.#held.drop(run)
  }

  stop(): void {
    for (const check of this.#checks.values()) check.cancel()
    this.#checks.clear()
    this.#held.stop()
  }

  /** @returns a promise that resolves when the journal is written; undefined if few events wait */
  #journalHasRoom(): Promise<void> | undefined {
    const { entry } = this.#to
    return entry.lastSeq - entry.committedSeq > MAX_UNCOMMITTED ? this.#parts.journal.committed(entry) : undefined
  }

  /** Compares an output that was delivered before. @param index its place; 0 when the run starts again */
  #skip(run: NodeExecution, index: number, output: Output): void {
    if (index === 0) this.#startCheck(run)
    this.#checks.get(run)?.add(output)
  }

  #startCheck(run: NodeExecution): void {
    this.#checks.get(run)?.cancel()
    const check = new RepeatCheck(run, {
      passed: () => this.#endCheck(run),
      failed: (error: NodeError) => {
        this.drop(run)
        this.#to.fail(run, error)
      },
    })
    this.#checks.set(run, check)
    this.#held.block(run)
    check.compare(this.#readDelivered(run, [...this.#held.of(run)])).catch((error: unknown) => this.#parts.onError(error))
  }

  /** Outputs that are held have been delivered by the sandbox, but are not recorded. */
  async *#readDelivered(run: NodeExecution, held: readonly Output[]): AsyncIterable<Output> {
    let count = run.outputs
    await this.#parts.journal.committed(this.#to.entry)
    if (count > 0)
      for await (const { pin, value, k } of this.#parts.readOutputs(this.#to.entry, run)) {
        yield { pin, value, k }
        if (--count === 0) break
      }
    yield* held
  }

  #endCheck(run: NodeExecution): void {
    this.#checks.get(run)?.cancel()
    if (this.#checks.delete(run)) this.#held.release(run)
  }
}

function setProcessTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}
