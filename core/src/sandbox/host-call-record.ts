import { AshlarError } from '../errors/index.ts'

/** Characters of questions and answers that are kept of one call. */
const MAX_CHARS = 4 * 1024 * 1024
/** Of all calls of a worker together. */
const MAX_CHARS_OF_ALL = 64 * 1024 * 1024
/** What a question costs beside its text and its answer. */
const CHARS_BESIDE_TEXT = 100

interface Asked {
  question: string
  /** Resolves when the host has answered, also after the sandbox that asked was lost. */
  answer: Promise<string>
}

/** What the records of all calls may keep together. */
export class RecordSpace {
  #chars = MAX_CHARS_OF_ALL

  /** @returns false, and takes nothing, where there is not so much left */
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
 * What a call that must not act twice has asked of its host, with the answers. It lets the call be run again after its sandbox was lost through no
 * fault of its own: what the call asked for before is answered from here and not performed again. A question that is still being
 * answered goes on in the worker, and its answer is given to the new run.
 *
 * A run that asks for something new before it has asked for all that is recorded has taken another way, so what has happened outside does not
 * belong to it: it ends with EFFECT_INTERRUPTED. Where the first run had several questions open at once, their order may differ: then
 * the new question waits until all that is recorded has been asked for.
 *
 * What is kept is limited. Beyond the limit nothing is kept, and the call cannot be run again.
 */
export class HostCallRecord {
  readonly #space: RecordSpace
  #asked: Asked[] = []
  /** Of these, what the present run has not asked for. */
  #left: Asked[] = []
  /** Questions of the present run that wait for the end of {@link #left}. */
  #held: (() => void)[] = []
  #run = 1
  /** Questions of the present run without an answer. */
  #open = 0
  #wasConcurrent = false
  #chars = 0
  #state: 'complete' | 'too long' | 'over' = 'complete'

  constructor(space: RecordSpace) {
    this.#space = space
  }

  /** Whether the call can be run again. */
  get isComplete(): boolean {
    return this.#state === 'complete'
  }

  /** Whether nothing was asked so far. */
  get isEmpty(): boolean {
    return this.isComplete && this.#asked.length === 0
  }

  /** What ends the call when it ends now: a run must have asked for all that an earlier one did. */
  get errorAtEnd(): AshlarError | undefined {
    return this.#isBehind ? tookAnotherWay() : undefined
  }

  get #isBehind(): boolean {
    return this.#left.length > 0
  }

  /** The call is run again. */
  rewind(): void {
    this.#left = [...this.#asked]
    this.#held = []
    this.#open = 0
    this.#run++
  }

  /**
   * @param perform asks the host
   * @returns the host's answer, or the recorded one
   * @throws {AshlarError} EFFECT_INTERRUPTED when the run asks for something else than the one before
   */
  async ask(question: string, perform: () => Promise<string>): Promise<string> {
    const run = this.#run
    if (this.#open > 0) this.#wasConcurrent = true
    this.#open++
    const answer = await (this.#take(question) ?? this.#askNew(question, perform))
    if (run === this.#run) this.#open--
    return answer
  }

  /** The call has ended: nothing of it is kept. */
  end(): void {
    this.#drop('over')
    this.#left = []
    this.#held = []
  }

  #take(question: string): Promise<string> | undefined {
    const index = this.#left.findIndex((asked) => asked.question === question)
    if (index < 0) return undefined
    const [asked] = this.#left.splice(index, 1)
    if (this.#left.length === 0) for (const goOn of this.#held.splice(0)) goOn()
    return asked?.answer
  }

  async #askNew(question: string, perform: () => Promise<string>): Promise<string> {
    if (this.#isBehind && !this.#wasConcurrent) throw tookAnotherWay()
    if (this.#isBehind) await new Promise<void>((resolve) => this.#held.push(resolve))
    const answer = perform()
    if (!this.#keep(question.length + CHARS_BESIDE_TEXT)) return answer
    this.#asked.push({ question, answer })
    const text = await answer
    this.#keep(text.length)
    return text
  }

  /** @returns whether there was room for it */
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
    this.#asked = []
  }
}

function tookAnotherWay(): AshlarError {
  const message =
    'its sandbox was lost after it had begun to act on the outside, and when it was run again it did not ask its host for the same as before'
  return new AshlarError('EFFECT_INTERRUPTED', message)
}
