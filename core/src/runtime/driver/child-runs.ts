import type { Children } from '../lifecycle/index.ts'
import type { JournalEvent, NodeExecution, NodeError } from '../../engine/index.ts'

export interface ChildRunParts {
  children: Children
  /** Calls back when an execution has new events. @returns a function that removes the callback */
  onNews(executionId: string, listener: () => void): () => void
  /** Returns the committed events of an execution after a seq. */
  readEvents(executionId: string, after: number): Promise<JournalEvent[]>
  onError(error: unknown): void
}

/** Receives the outputs and the end of a child. */
interface ChildSink {
  /** @param k the iteration of the value */
  output(run: NodeExecution, pin: string, value: unknown, k?: number): void
  end(run: NodeExecution, error?: NodeError): void
}

interface ChildRun {
  run: NodeExecution
  /** Outputs that were delivered before this worker took the execution. */
  skip: number
  /** Only one reader runs at a time. If news arrives while it runs, it reads again. */
  reading: Promise<void> | undefined
  readAgain: boolean
  unsubscribe: () => void
}

/**
 * The children of one execution. It follows their journals and delivers each output when it is committed. The values of
 * an output that is many are delivered at the end of the child, in the order of their iterations.
 */
export class ChildRuns {
  /** The last processed event of each child. */
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

  /** The ids of the nodes whose graphs are running. */
  nodes(): string[] {
    return [...new Set([...this.#runs.values()].map(({ run }) => run.node.id))]
  }

  async follow(childId: string, run: NodeExecution): Promise<void> {
    this.#forget(childId) // if an earlier attempt to read it has failed
    const readNews = (): void => void this.#read(childId).catch((error: unknown) => this.#parts.onError(error))
    const unsubscribe = this.#parts.onNews(childId, readNews)
    this.#runs.set(childId, { run, skip: run.outputs, reading: undefined, readAgain: false, unsubscribe })
    this.seqs.set(childId, 0)
    await this.#read(childId)
  }

  /** Cancels the child of a run that was ended. */
  abort(run: NodeExecution): void {
    for (const [childId, child] of this.#runs) {
      if (child.run !== run) continue
      this.#forget(childId)
      this.#parts.children.cancel(childId).catch((error: unknown) => this.#parts.onError(error))
    }
  }

  /** Stops following. The children continue. */
  stop(): void {
    for (const childId of this.#runs.keys()) this.#forget(childId)
  }

  async #read(childId: string): Promise<void> {
    const child = this.#runs.get(childId)
    if (!child) return
    child.readAgain = true
    child.reading ??= this.#readAll(childId, child).finally(() => (child.reading = undefined))
    await child.reading
  }

  async #readAll(childId: string, child: ChildRun): Promise<void> {
    while (child.readAgain) {
      child.readAgain = false
      for (const event of await this.#parts.readEvents(childId, this.seqs.get(childId) ?? 0)) {
        if (!this.#runs.has(childId)) return
        this.#take(childId, child, event)
      }
    }
  }

  #take(childId: string, child: ChildRun, event: JournalEvent): void {
    this.seqs.set(childId, event.seq)
    const { manyPins } = child.run.node.block
    const deliver = (pin: string, value: unknown, k?: number): void => {
      if (child.skip-- <= 0) this.#sink.output(child.run, pin, value, k)
    }
    const isOrdered = child.run.node.flow !== undefined
    if (event.type === 'GraphOutput' && !(isOrdered && manyPins.has(event.name))) deliver(event.name, event.value)
    if (event.type !== 'ExecutionFinished') return
    if (isOrdered) for (const { pin, value, k } of toIterations(event, manyPins)) deliver(pin, value, k)
    this.#forget(childId)
    const { status, reason } = event
    const message = `the graph ended with status ${status}: ${reason?.message ?? 'no reason given'}`
    this.#sink.end(child.run, status === 'COMPLETED' ? undefined : { code: reason?.code ?? status, message })
  }

  #forget(childId: string): void {
    this.#runs.get(childId)?.unsubscribe()
    this.#runs.delete(childId)
    this.seqs.delete(childId)
  }
}

/** The values of outputs from inside of a loop, iteration by iteration. */
function toIterations(
  { outputs, iterations }: Extract<JournalEvent, { type: 'ExecutionFinished' }>,
  pins: ReadonlySet<string>,
): { pin: string; value: unknown; k: number | undefined }[] {
  const values = [...pins].flatMap((pin) =>
    (outputs[pin] ?? []).map((value, i) => ({ pin, value, k: iterations?.[pin]?.[i], place: iterations?.[pin]?.[i] ?? i })),
  )
  return values.toSorted((a, b) => a.place - b.place)
}
