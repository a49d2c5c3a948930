import type { ExecutionEvent, NodeExecution } from '../../../engine/index.ts'
import type { CallSink } from '../../../sandbox/calls/index.ts'
import type { DeltaSender } from '../../deltas/index.ts'
import type { JournalEntry } from '../../journal/index.ts'
import { ProgressReports } from './progress-reports.ts'
import { UsageReports } from './usage-reports.ts'

interface ReportedExecution {
  id: string
  ownerId: string
  entry: JournalEntry
}

/** What the runs of one execution report beside their outputs: log lines, progress, usage and pieces of texts. */
export class RunReports {
  readonly #execution: ReportedExecution
  readonly #deltas: DeltaSender
  readonly #append: (event: ExecutionEvent) => void
  readonly #progress: ProgressReports
  readonly #usage: UsageReports

  constructor(execution: ReportedExecution, deltas: DeltaSender, append: (event: ExecutionEvent) => void) {
    this.#execution = execution
    this.#deltas = deltas
    this.#append = append
    this.#progress = new ProgressReports(({ node, n }, { fraction, note }) =>
      append({ type: 'NodeProgress', node: node.id, n, fraction, ...(note !== '' && { note }) }),
    )
    this.#usage = new UsageReports(({ node, n }, usage) => append({ type: 'NodeUsage', node: node.id, n, ...usage }))
  }

  /** The parts of the sink of a call that take reports. */
  take(run: NodeExecution): Pick<CallSink, 'log' | 'progress' | 'stream' | 'usage'> {
    return {
      log: (level, text) => this.#append({ type: 'NodeLog', node: run.node.id, n: run.n, level, text }),
      progress: (fraction, note) => this.#progress.take(run, { fraction, note }),
      usage: (usage) => this.#usage.take(run, usage),
      stream: (pin, offset, text) => this.#stream(run, { pin, offset, text }),
    }
  }

  #stream(run: NodeExecution, piece: { pin: string; offset: number; text: string }): void {
    const { id: executionId, ownerId, entry } = this.#execution
    const { node, n, attempt } = run
    this.#deltas.add({ run, executionId, ownerId }, { node: node.id, n, attempt, ...piece, after: entry.lastSeq })
  }

  /** The run has yielded. The usage that led to the output precedes it, and the output contains the whole text. */
  yielded(run: NodeExecution, pin: string): void {
    this.#usage.flush(run)
    this.#deltas.drop(run, pin)
  }

  /** The run ends or sleeps: what waits becomes events. */
  flush(run: NodeExecution): void {
    this.#progress.flush(run)
    this.#usage.flush(run)
    this.#deltas.drop(run)
  }

  /** The run is aborted. What it has consumed is kept. */
  drop(run: NodeExecution): void {
    this.#progress.drop(run)
    this.#usage.flush(run)
    this.#deltas.drop(run)
  }

  /** The execution ends. */
  flushUsage(): void {
    this.#usage.flushAll()
  }

  /** @param runs those that are running */
  stop(runs: Iterable<NodeExecution>): void {
    this.#progress.stop()
    this.#usage.stop()
    for (const run of runs) this.#deltas.drop(run)
  }
}
