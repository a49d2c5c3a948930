import type { GuestLimits, LostReason } from '../channel/index.ts'
import type { EntryIds, Guest, GuestIsolate } from './guest-isolates.ts'

/** Receives the reports of a guest. */
interface Report {
  /** @param computing the call whose code ran last, as in the protocol */
  events(json: string, computing: number): void
  aborted(ids: number[]): void
  /** Code starts to run in the guest. */
  entered(): void
  lost(reason: LostReason): void
}

interface GuestCallsOptions {
  maxCpuMs: number
  /** CPU time to evaluate the bundle. */
  loadTimeoutMs: number
  limits: Pick<GuestLimits, 'maxReportChars'>
}

/** States of a guest, see `guest/calls.ts`. */
const IDLE = '0'
const RUNNING = '1'
const WAITING = '2'
const MORE = '3'
/** The id of entries without a result. */
const NO_ANSWER = 0
/** The interval at which the events of a guest are collected while an entry has not returned. */
const COLLECT_EVERY_MS = 20
const MAX_MESSAGE_CHARS = 2000
const LOADS_TOO_LONG = 'did not finish loading in time'
/** The guest keeps a result until it is acknowledged. A longer result is acknowledged immediately, by another entry. */
const LONG_ANSWER_CHARS = 64 * 1024
/** How long a guest may take to acknowledge an abort. */
const ABORT_WITHIN_MS = 500

/**
 * The calls of one guest. Entries run on the thread of the isolate, never on the main thread. The events of the guest
 * are collected after an entry that leaves calls running, and every 20 ms while an entry has not returned, so that no
 * output waits for another call. An entry that exceeds the limit of CPU time or of memory ends the isolate. The
 * worker starts the other calls of the isolate again.
 */
export class GuestCalls {
  readonly #isolate: GuestIsolate
  readonly #report: Report
  readonly #options: GuestCallsOptions
  /** The number of the guest, unique in its isolate. */
  readonly #number: number
  readonly #guest: Promise<Guest>
  readonly #timers = new Map<number, NodeJS.Timeout>()
  #isLoaded = false
  #entries = 0
  #ticker: NodeJS.Timeout | undefined
  #collecting = false
  #collectAgain = false
  #isResuming = false
  #lastEntry = 0
  /** The ids of entries without a result, in order. */
  readonly #unsettled = new Set<number>()
  #state = IDLE
  #ended = false

  /** @param number the number of the guest, unique in its isolate */
  constructor(isolate: GuestIsolate, number: number, options: GuestCallsOptions, report: Report) {
    this.#isolate = isolate
    this.#number = number
    this.#options = options
    this.#report = report
    const host = {
      setTimer: (id: number, delayMs: number): void => this.#setTimer(id, delayMs),
      report: (events: string, computing: number): void => this.#post(events, computing),
    }
    this.#guest = isolate.track(isolate.createGuest(number, host))
    this.#guest.then(
      () => (this.#isLoaded = true),
      (error: unknown) => this.end(isolate.isDisposed ? this.#withCall(isolate.endedBy) : loadFailure(error)),
    )
  }

  /** @param calls JSON text of a list of `GuestCall`s */
  async start(calls: string): Promise<void> {
    await this.#enter((guest, ids) => guest.enter(calls, ids))
  }

  async reply(answer: string): Promise<void> {
    await this.#enter((guest) => guest.reply(answer), NO_ANSWER)
  }

  /** Aborts calls. Disposes the isolate with all its guests if their code computes without a pause. */
  async abort(ids: number[]): Promise<void> {
    const impatient = setInterval(() => {
      const { call } = this.#isolate.running
      if (this.isEnteredLast && (call === 0 || ids.includes(call))) this.#isolate.dispose()
    }, ABORT_WITHIN_MS)
    await this.#enter((guest) => guest.abort(JSON.stringify(ids)), NO_ANSWER)
    clearInterval(impatient)
    this.#report.aborted(ids)
  }

  /** Whether its code runs, or was the last to run, in its isolate. */
  get isEnteredLast(): boolean {
    return this.#isolate.running.guest === this.#number
  }

  /** The CPU time that its code may use without a pause. */
  get maxCpuMs(): number {
    return this.#isLoaded ? this.#options.maxCpuMs : this.#options.loadTimeoutMs
  }

  /** Ends the guest because its code computed for too long without a pause. */
  endComputing(): void {
    this.end(this.#isLoaded ? this.#withCall('timeout') : { kind: 'load', message: LOADS_TOO_LONG })
  }

  /** Whether no call runs in it. */
  get isIdle(): boolean {
    return this.#entries === 0 && this.#state === IDLE
  }

  /** Ends the guest. Reports the reason, if there is one, and nothing after it. */
  end(reason?: LostReason): void {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#ticker)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#guest.then((guest) => guest.dispose()).catch(() => {}) // a disposed isolate has no contexts
    if (reason) this.#report.lost(reason)
  }

  /** Adds the call that computed, if known. */
  #withCall(kind: 'timeout' | 'memory' | 'evicted'): LostReason {
    const { call } = this.#isolate.running
    return kind !== 'evicted' && this.isEnteredLast && call !== 0 ? { kind, call } : { kind }
  }

  /** @param id identifies the result of the entry in the guest; 0 for an entry without a result */
  async #enter(entry: (guest: Guest, ids: EntryIds) => Promise<string>, id = ++this.#lastEntry): Promise<void> {
    this.#entries++
    this.#report.entered()
    if (id !== NO_ANSWER) this.#unsettled.add(id)
    const guest = await this.#guest.catch(() => undefined)
    if (guest && !this.#ended) await this.#enterLoaded(guest, entry(guest, { id, settledBefore: this.#settledBefore }), id)
    if (--this.#entries > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }

  /** The results of all entries before this one have arrived. */
  get #settledBefore(): number {
    const [first = this.#lastEntry + 1] = this.#unsettled
    return first
  }

  async #enterLoaded(guest: Guest, answer: Promise<string>, id: number): Promise<void> {
    this.#ticker ??= setInterval(() => void this.#collect(guest), COLLECT_EVERY_MS)
    const text = await this.#isolate.track(answer).catch((error: unknown) => this.#failed(guest, id, error))
    this.#unsettled.delete(id)
    if (text === undefined) return
    const state = this.#take(text)
    if (state === RUNNING || state === MORE || text.length > LONG_ANSWER_CHARS) await this.#collect(guest)
  }

  /**
   * Gets the result of an entry that failed because of an unhandled promise rejection. After any other failure, ends
   * the guest.
   */
  async #failed(guest: Guest, id: number, error: unknown): Promise<string | undefined> {
    if (this.#ended) return undefined
    const failure = JSON.stringify([id, String(error instanceof Error ? error.message : error).slice(0, MAX_MESSAGE_CHARS)])
    try {
      return await this.#isolate.track(guest.recover(failure))
    } catch {
      this.end(this.#isolate.isDisposed ? this.#withCall(this.#isolate.endedBy) : { kind: 'crash' })
      return undefined
    }
  }

  async #collect(guest: Guest): Promise<void> {
    this.#collectAgain = true
    if (this.#collecting) return
    this.#collecting = true
    while (this.#collectAgain && !this.#ended) {
      this.#collectAgain = false
      const collected = this.#isolate.track(guest.collect(this.#settledBefore))
      const text = await collected.catch(() => undefined) // the running entry fails too and reports the reason
      if (text !== undefined && this.#take(text) === MORE) this.#collectAgain = true
    }
    this.#collecting = false
  }

  /** Enters the guest again if calls wait to be started. @returns the state of the guest */
  #take(text: string): string {
    const state = text.charAt(0)
    this.#state = state
    const space = text.indexOf(' ')
    if (space > 0) this.#post(text.slice(space + 1), Number(text.slice(1, space)))
    if (state === WAITING && !this.#isResuming) void this.#resume()
    return state
  }

  #post(events: string, computing: number): void {
    if (events.length > this.#options.limits.maxReportChars) this.end({ kind: 'crash' })
    if (!this.#ended) this.#report.events(events, computing)
  }

  async #resume(): Promise<void> {
    this.#isResuming = true
    await this.#enter((guest, ids) => guest.resume(ids).finally(() => (this.#isResuming = false)))
  }

  #setTimer(id: number, delayMs: number): void {
    clearTimeout(this.#timers.get(id))
    if (delayMs < 0 || this.#ended) return
    const due = (): void => {
      this.#timers.delete(id)
      void this.#enter((guest) => guest.fire(`[${id}]`), NO_ANSWER)
    }
    this.#timers.set(id, setTimeout(due, Math.min(delayMs, 2 ** 31 - 1)))
  }
}

function loadFailure(error: unknown): LostReason {
  return { kind: 'load', message: error instanceof Error ? ownStack(error) : String(error) }
}

/** Frames of files, of this program, which Node reads from its standard input, and of the program of the guest. */
const HOST_FRAME = /^\s*at .*(node:|file:|[/\\]|\[stdin\]|<isolated-vm boundary>|ashlar:guest)/

/** The stack without the frames of the host, which plugin authors must not see. */
function ownStack({ stack, message }: Error): string {
  return (stack ?? message)
    .split('\n')
    .filter((line) => !HOST_FRAME.test(line))
    .join('\n')
}
