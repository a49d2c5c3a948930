import type { NodeExecution } from '../../engine/index.ts'

/** How far a block says that it is. */
export interface ProgressReport {
  /** 0 to 1. */
  fraction: number
  /** '' for none. */
  note: string
}

/** What is told of one node execution, at most so often. */
const TELL_EVERY_MS = 200
const MAX_NOTE_CHARS = 200

interface Told {
  /** What has come since, and waits. */
  newest: ProgressReport | undefined
  timer: NodeJS.Timeout
}

/** How far the node executions of one execution are: of what comes too often, the newest is told. */
export class ProgressReports {
  readonly #tell: (run: NodeExecution, report: ProgressReport) => void
  /** Those of which something was told a moment ago. */
  readonly #told = new Map<NodeExecution, Told>()

  constructor(tell: (run: NodeExecution, report: ProgressReport) => void) {
    this.#tell = tell
  }

  /** A guest's word: what is no fraction is left out. */
  take(run: NodeExecution, { fraction, note }: ProgressReport): void {
    if (!(fraction >= 0 && fraction <= 1)) return
    const report = { fraction, note: note.slice(0, MAX_NOTE_CHARS) }
    const told = this.#told.get(run)
    if (told) told.newest = report
    else this.#tellNow(run, report)
  }

  /** The call ends: what waits is told. */
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
