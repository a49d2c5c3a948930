import { addUsage, usageKey, type ModelUsage, type NodeExecution } from '../../../engine/index.ts'
import type { UsageReport } from '../../../sandbox/channel/index.ts'

/** The minimum interval between two events of a node execution. */
const REPORT_INTERVAL_MS = 200
/** The models in one interval. Those beyond are summed up as one. */
const MAX_MODELS = 8
const OTHER = { provider: 'other', model: 'other' }

interface RecentUsage {
  sums: Map<string, ModelUsage>
  timer: NodeJS.Timeout
}

/**
 * Sums up the usage reports of the runs of one execution. The first report of a run becomes an event at once, further
 * ones together with others of the same model. When the run yields or ends, all have become events.
 */
export class UsageReports {
  readonly #report: (run: NodeExecution, usage: ModelUsage) => void
  readonly #recent = new Map<NodeExecution, RecentUsage>()

  constructor(report: (run: NodeExecution, usage: ModelUsage) => void) {
    this.#report = report
  }

  take(run: NodeExecution, reported: UsageReport): void {
    const usage = { ...reported, requests: 1, unpriced: reported.costUsd === null ? 1 : 0 }
    const recent = this.#recent.get(run)
    if (recent) gather(recent.sums, usage)
    else {
      this.#recent.set(run, { sums: new Map(), timer: setTimeout(() => this.flush(run), REPORT_INTERVAL_MS) })
      this.#report(run, usage)
    }
  }

  /** Passes on what waits. */
  flush(run: NodeExecution): void {
    if (this.#recent.size === 0) return
    const sums = this.#recent.get(run)?.sums
    this.drop(run)
    for (const sum of sums?.values() ?? []) this.#report(run, sum)
  }

  flushAll(): void {
    for (const run of Array.from(this.#recent.keys())) this.flush(run)
  }

  drop(run: NodeExecution): void {
    clearTimeout(this.#recent.get(run)?.timer)
    this.#recent.delete(run)
  }

  stop(): void {
    for (const run of this.#recent.keys()) this.drop(run)
  }
}

function gather(sums: Map<string, ModelUsage>, usage: ModelUsage): void {
  addUsage(sums, sums.size < MAX_MODELS || sums.has(usageKey(usage)) ? usage : { ...usage, ...OTHER })
}
