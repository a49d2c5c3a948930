import type { Children } from '../lifecycle/index.ts'
import type { JournalEvent, NodeExecution, NodeError } from '../../engine/index.ts'

export interface ChildRunParts {
  children: Children
  /** Calls back when an execution has new events. @returns a function that ends it */
  onNews(executionId: string, heard: () => void): () => void
  /** Committed events of an execution after a seq. */
  readEvents(executionId: string, after: number): Promise<JournalEvent[]>
  onError(error: unknown): void
}

/** What a child's node execution hears of it. */
export interface ChildSink {
  output(run: NodeExecution, pin: string, value: unknown): void
  end(run: NodeExecution, error?: NodeError): void
}

interface ChildRun {
  run: NodeExecution
  /** Outputs that were delivered before this worker took over. */
  skip: number
  /** One reader at a time; news that come meanwhile are looked for after. */
  reading: Promise<void> | undefined
  again: boolean
  ignore: () => void
}

/** The children of one execution, followed through their journals: each output is delivered as it is committed. */
export class ChildRuns {
  /** The last event taken of each child. */
  readonly seqs = new Map<string, number>()
  readonly #parts: ChildRunParts
  readonly #sink: ChildSink
  readonly #runs = new Map<string, ChildRun>()

  constructor(parts: ChildRunParts, sink: ChildSink) {
    this.#parts = parts
    this.#sink = sink
  }

  get size(): number {
    return this.#runs.size
  }

  /** Ids of the nodes whose graphs are running. */
  nodes(): string[] {
    return [...new Set([...this.#runs.values()].map(({ run }) => run.node.id))]
  }

  async follow(childId: string, run: NodeExecution): Promise<void> {
    this.#forget(childId) // where a first attempt to read it has failed
    const hear = (): void => void this.#read(childId).catch((error: unknown) => this.#parts.onError(error))
    const ignore = this.#parts.onNews(childId, hear)
    this.#runs.set(childId, { run, skip: run.outputs, reading: undefined, again: false, ignore })
    this.seqs.set(childId, 0)
    await this.#read(childId)
  }

  /** The run was ended: so is its child. */
  abort(run: NodeExecution): void {
    for (const [childId, child] of this.#runs) {
      if (child.run !== run) continue
      this.#forget(childId)
      this.#parts.children.cancel(childId).catch((error: unknown) => this.#parts.onError(error))
    }
  }

  /** Hears nothing more; the children go on. */
  stop(): void {
    for (const childId of this.#runs.keys()) this.#forget(childId)
  }

  async #read(childId: string): Promise<void> {
    const child = this.#runs.get(childId)
    if (!child) return
    child.again = true
    child.reading ??= this.#readAll(childId, child).finally(() => (child.reading = undefined))
    await child.reading
  }

  async #readAll(childId: string, child: ChildRun): Promise<void> {
    while (child.again) {
      child.again = false
      for (const event of await this.#parts.readEvents(childId, this.seqs.get(childId) ?? 0)) {
        if (!this.#runs.has(childId)) return
        this.#take(childId, child, event)
      }
    }
  }

  #take(childId: string, child: ChildRun, event: JournalEvent): void {
    this.seqs.set(childId, event.seq)
    if (event.type === 'GraphOutput' && child.skip-- <= 0) this.#sink.output(child.run, event.name, event.value)
    if (event.type !== 'ExecutionFinished') return
    this.#forget(childId)
    const { status, reason } = event
    const message = `the graph ended ${status}: ${reason?.message ?? 'no reason given'}`
    this.#sink.end(child.run, status === 'COMPLETED' ? undefined : { code: reason?.code ?? status, message })
  }

  #forget(childId: string): void {
    this.#runs.get(childId)?.ignore()
    this.#runs.delete(childId)
    this.seqs.delete(childId)
  }
}
