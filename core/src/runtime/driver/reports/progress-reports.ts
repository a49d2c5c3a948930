import type { NodeExecution } from '../../../engine/index.ts'

/** The progress that a block reports. */
export interface ProgressReport {
  /** 0 to 1. */
  fraction: number
  /** '' if there is none. */
  note: string
}

/** The minimum interval between two reports of a node execution. */
const REPORT_INTERVAL_MS = 200
const MAX_NOTE_CHARS = 200

interface RecentReport {
  /** The newest report that waits for the end of the interval. */
  newest: ProgressReport | undefined
  timer: NodeJS.Timeout
}

/**
 * Limits the rate of progress reports of one execution. Of several reports within an interval, the newest is passed on.
 */
export class ProgressReports {
  readonly #report: (run: NodeExecution, report: ProgressReport) => void
  /** Node executions with a report within the last interval. */
  readonly #recent = new Map<NodeExecution, RecentReport>()

  constructor(report: (run: NodeExecution, report: ProgressReport) => void) {
    this.#report = report
  }

  /** Takes a report from a guest. Ignores it if the fraction is invalid. */
  take(run: NodeExecution, { fraction, note }: ProgressReport): void {
    if (!(fraction >= 0 && fraction <= 1)) return
    const report = { fraction, note: note.slice(0, MAX_NOTE_CHARS) }
    const recent = this.#recent.get(run)
    if (recent) recent.newest = report
    else this.#reportNow(run, report)
  }

  /** Passes on the waiting report when the call ends. */
  flush(run: NodeExecution): void {
    if (this.#recent.size === 0) return
    const newest = this.#recent.get(run)?.newest
    this.drop(run)
    if (newest) this.#report(run, newest)
  }

  drop(run: NodeExecution): void {
    clearTimeout(this.#recent.get(run)?.timer)
    this.#recent.delete(run)
  }

  stop(): void {
    for (const run of this.#recent.keys()) this.drop(run)
  }

  #reportNow(run: NodeExecution, report: ProgressReport): void {
    const due = (): void => {
      const newest = this.#recent.get(run)?.newest
      this.#recent.delete(run)
      if (newest) this.#reportNow(run, newest)
    }
    this.#recent.set(run, { newest: undefined, timer: setTimeout(due, REPORT_INTERVAL_MS) })
    this.#report(run, report)
  }
}
