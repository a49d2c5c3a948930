import { AshlarError } from '../../base/index.ts'

/** The maximum number of characters of requests and responses to record for one call. */
const MAX_CHARS = 4 * 1024 * 1024
/** The maximum for all calls of a worker together. */
const MAX_TOTAL_CHARS = 64 * 1024 * 1024
/** The overhead of a request in addition to its text and its response. */
const OVERHEAD_CHARS = 100

interface RecordedRequest {
  question: string
  /** Resolves with the response of the host, even after the requesting sandbox was lost. */
  answer: Promise<string>
}

/** The space that the records of all calls share. */
export class RecordSpace {
  #chars = MAX_TOTAL_CHARS

  /** @returns false, without taking any space, if there is not enough left */
  take(chars: number): boolean {
    if (chars > this.#chars) return false
    this.#chars -= chars
    return true
  }

  give(chars: number): void {
    this.#chars += chars
  }
}

/**
 * Records the host calls, with their responses, of a call that must not repeat its effects. With the record, the call
 * can run again after its sandbox was lost because of another call. The record answers a repeated request, which is not
 * performed again. A pending request continues in the worker, and the new run receives its response.
 *
 * If a run makes a new request before it has repeated all recorded requests, it has diverged from the first run, and
 * the recorded effects do not belong to it. It ends with EFFECT_INTERRUPTED. If the first run made concurrent requests,
 * their order may differ. The new request then waits until the run has repeated all recorded requests.
 *
 * The size of a record is limited. Above the limit the record is dropped, and the call cannot run again.
 */
export class HostCallRecord {
  readonly #space: RecordSpace
  #recorded: RecordedRequest[] = []
  /** The recorded requests that the current run has not repeated. */
  #unrepeated: RecordedRequest[] = []
  /** Requests of the current run that wait until {@link #unrepeated} is empty. */
  #held: (() => void)[] = []
  #run = 1
  /** The number of pending requests of the current run. */
  #open = 0
  #wasConcurrent = false
  #chars = 0
  #state: 'complete' | 'too long' | 'over' = 'complete'

  constructor(space: RecordSpace) {
    this.#space = space
  }

  /** Whether the call can run again. */
  get isComplete(): boolean {
    return this.#state === 'complete'
  }

  /** Whether the call has made no request. */
  get isEmpty(): boolean {
    return this.isComplete && this.#recorded.length === 0
  }

  /** The error of a call that ends now without having repeated all requests of the previous run. */
  get errorAtEnd(): AshlarError | undefined {
    return this.#isBehind ? divergedRun() : undefined
  }

  get #isBehind(): boolean {
    return this.#unrepeated.length > 0
  }

  /** Prepares the record for the next run of the call. */
  rewind(): void {
    this.#unrepeated = [...this.#recorded]
    this.#held = []
    this.#open = 0
    this.#run++
  }

  /**
   * @param perform sends the request to the host
   * @returns the response of the host, or the recorded one
   * @throws {AshlarError} EFFECT_INTERRUPTED when the run makes a different request than the previous run
   */
  async ask(question: string, perform: () => Promise<string>): Promise<string> {
    const run = this.#run
    if (this.#open > 0) this.#wasConcurrent = true
    this.#open++
    const answer = await (this.#take(question) ?? this.#askNew(question, perform))
    if (run === this.#run) this.#open--
    return answer
  }

  /** The call has ended: drops its record. */
  end(): void {
    this.#drop('over')
    this.#unrepeated = []
    this.#held = []
  }

  #take(question: string): Promise<string> | undefined {
    const index = this.#unrepeated.findIndex((recorded) => recorded.question === question)
    if (index < 0) return undefined
    const [recorded] = this.#unrepeated.splice(index, 1)
    if (this.#unrepeated.length === 0) for (const resume of this.#held.splice(0)) resume()
    return recorded?.answer
  }

  async #askNew(question: string, perform: () => Promise<string>): Promise<string> {
    if (this.#isBehind && !this.#wasConcurrent) throw divergedRun()
    if (this.#isBehind) await new Promise<void>((resolve) => this.#held.push(resolve))
    const answer = perform()
    if (!this.#keep(question.length + OVERHEAD_CHARS)) return answer
    this.#recorded.push({ question, answer })
    const text = await answer
    this.#keep(text.length)
    return text
  }

  /** @returns whether there was enough space */
  #keep(chars: number): boolean {
    if (!this.isComplete) return false
    if (this.#chars + chars > MAX_CHARS || !this.#space.take(chars)) this.#drop('too long')
    else this.#chars += chars
    return this.isComplete
  }

  #drop(state: 'too long' | 'over'): void {
    this.#state = state
    this.#space.give(this.#chars)
    this.#chars = 0
    this.#recorded = []
  }
}

function divergedRun(): AshlarError {
  const message =
    'its sandbox was lost after the block began an external effect, and its second run did not make the same requests as the first; write the block so that its requests depend only on its inputs'
  return new AshlarError('EFFECT_INTERRUPTED', message)
}
