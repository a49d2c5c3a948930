import type { NodeExecution } from './pairing.ts'

/** The progress that a block reports. */
export interface ProgressReport {
  /** 0 to 1. */
  fraction: number
  /** '' if there is none. */
  note: string
}

/** The minimum interval between two reports of a node execution. */
const TELL_EVERY_MS = 200
const MAX_NOTE_CHARS = 200

interface Told {
  /** The newest report that waits for the end of the interval. */
  newest: ProgressReport | undefined
  timer: NodeJS.Timeout
}

/**
 * Limits the rate of progress reports of one execution. Of several reports within an interval, the newest is passed on.
 */
export class ProgressReports {
  readonly #tell: (run: NodeExecution, report: ProgressReport) => void
  /** Node executions with a report within the last interval. */
  readonly #told = new Map<NodeExecution, Told>()

  constructor(tell: (run: NodeExecution, report: ProgressReport) => void) {
    this.#tell = tell
  }

  /** Takes a report from a guest. Ignores it if the fraction is invalid. */
  take(run: NodeExecution, { fraction, note }: ProgressReport): void {
    if (!(fraction >= 0 && fraction <= 1)) return
    const report = { fraction, note: note.slice(0, MAX_NOTE_CHARS) }
    const told = this.#told.get(run)
    if (told) told.newest = report
    else this.#tellNow(run, report)
  }

  /** Passes on the waiting report when the call ends. */
  flush(run: NodeExecution): void {
    if (this.#told.size === 0) return
    const newest = this.#told.get(run)?.newest
    this.drop(run)
    if (newest) this.#tell(run, newest)
  }

  drop(run: NodeExecution): void {
    clearTimeout(this.#told.get(run)?.timer)
    this.#told.delete(run)
  }

  stop(): void {
    for (const run of this.#told.keys()) this.drop(run)
  }

  #tellNow(run: NodeExecution, report: ProgressReport): void {
    const due = (): void => {
      const newest = this.#told.get(run)?.newest
      this.#told.delete(run)
      if (newest) this.#tellNow(run, newest)
    }
    this.#told.set(run, { newest: undefined, timer: setTimeout(due, TELL_EVERY_MS) })
    this.#tell(run, report)
  }
}
