import type { CallMessage, GuestLimits, LostReason } from '../channel/index.ts'
import type { EntryIds, Guest, GuestIsolate } from './guest-isolates.ts'

/** What a guest's calls report to. */
interface Report {
  /** @param computing the call whose code ran last, as in the protocol */
  events(json: string, computing: number): void
  aborted(ids: number[]): void
  /** Code runs in the guest from now on, for a call or for none. */
  entered(): void
  lost(reason: LostReason): void
}

interface GuestCallsOptions {
  maxCpuMs: number
  /** Processor time of evaluating the bundle. */
  loadTimeoutMs: number
  limits: Pick<GuestLimits, 'maxReportChars'>
}

/** States of a guest, see `guest/calls.ts`. */
const IDLE = '0'
const RUNNING = '1'
const WAITING = '2'
const MORE = '3'
/** Id of entries that answer nothing. */
const NO_ANSWER = 0
/** How often a guest that is waited for is asked what has gathered. */
const COLLECT_EVERY_MS = 20
const MAX_MESSAGE_CHARS = 2000
const LOADS_TOO_LONG = 'did not finish loading in time'
/** An answer that is longer is not left to the guest until the next entry. */
const LONG_ANSWER_CHARS = 64 * 1024
/** How long a guest may take to hear that a call is aborted. */
const ABORT_WITHIN_MS = 500

/**
 * The calls of one guest. Entries run on the isolate's own thread, never on this one. After an entry that leaves calls
 * running, and every 20 ms while one does not return, the guest is asked for what has gathered: so no output waits for
 * another call. An entry that computes for longer than a call may, or passes the memory limit, ends the isolate; the worker, which
 * knows which calls were in it, starts the innocent ones again.
 */
export class GuestCalls {
  readonly #isolate: GuestIsolate
  readonly #report: Report
  readonly #options: GuestCallsOptions
  /** Of the guest in its isolate. */
  readonly #number: number
  readonly #guest: Promise<Guest>
  readonly #timers = new Map<number, NodeJS.Timeout>()
  #isLoaded = false
  #entries = 0
  #ticker: NodeJS.Timeout | undefined
  #collecting = false
  #collectAgain = false
  #goingOn = false
  #lastEntry = 0
  /** Ids of entries whose answer is not there yet, the first one first. */
  readonly #unsettled = new Set<number>()
  #state = IDLE
  #ended = false

  /** @param number of the guest, unique in its isolate */
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

  async start(calls: CallMessage[]): Promise<void> {
    await this.#enter((guest, ids) => guest.enter(`[${calls.map(toJson).join()}]`, ids))
  }

  async reply(answer: string): Promise<void> {
    await this.#enter((guest) => guest.reply(answer), NO_ANSWER)
  }

  /** Code that computes without a pause does not notice it: then the isolate is disposed, with all that is in it. */
  async abort(ids: number[]): Promise<void> {
    const impatient = setInterval(() => {
      const { call } = this.#isolate.running
      if (this.isEnteredLast && (call === 0 || ids.includes(call))) this.#isolate.dispose()
    }, ABORT_WITHIN_MS)
    await this.#enter((guest) => guest.abort(JSON.stringify(ids)), NO_ANSWER)
    clearInterval(impatient)
    this.#report.aborted(ids)
  }

  /** Whether its code runs, or ran last in its isolate. */
  get isEnteredLast(): boolean {
    return this.#isolate.running.guest === this.#number
  }

  /** Processor time that its code may take without a pause. */
  get maxCpuMs(): number {
    return this.#isLoaded ? this.#options.maxCpuMs : this.#options.loadTimeoutMs
  }

  /** Its code has computed for too long without a pause. */
  endComputing(): void {
    this.end(this.#isLoaded ? this.#withCall('timeout') : { kind: 'load', message: LOADS_TOO_LONG })
  }

  /** Whether no call runs in it. */
  get isIdle(): boolean {
    return this.#entries === 0 && this.#state === IDLE
  }

  /** Nothing more is reported after this but, when there is one, the reason. */
  end(reason?: LostReason): void {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#ticker)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#guest.then((guest) => guest.dispose()).catch(() => {}) // an isolate that is gone took its contexts along
    if (reason) this.#report.lost(reason)
  }

  /** With the call that computed, where that is known. */
  #withCall(kind: 'timeout' | 'memory' | 'evicted'): LostReason {
    const { call } = this.#isolate.running
    return kind !== 'evicted' && this.isEnteredLast && call !== 0 ? { kind, call } : { kind }
  }

  /** @param id by which the guest knows its answer; 0 where it answers nothing */
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

  /** The answers of all entries before this one are here. */
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

  /** Also a promise that was rejected and that nobody handled makes an entry fail: then the guest is well, and says so. */
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
      const text = await collected.catch(() => undefined) // the entry that is in there tells why
      if (text !== undefined && this.#take(text) === MORE) this.#collectAgain = true
    }
    this.#collecting = false
  }

  /** @returns the state of the guest. When calls wait to be started, it is entered again. */
  #take(text: string): string {
    const state = text.charAt(0)
    this.#state = state
    const space = text.indexOf(' ')
    if (space > 0) this.#post(text.slice(space + 1), Number(text.slice(1, space)))
    if (state === WAITING && !this.#goingOn) void this.#goOn()
    return state
  }

  #post(events: string, computing: number): void {
    if (events.length > this.#options.limits.maxReportChars) this.end({ kind: 'crash' })
    if (!this.#ended) this.#report.events(events, computing)
  }

  async #goOn(): Promise<void> {
    this.#goingOn = true
    await this.#enter((guest, ids) => guest.goOn(ids).finally(() => (this.#goingOn = false)))
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

function toJson([id, kind, block, , input, stretch]: CallMessage): string {
  const stretched = stretch && `,"stretch":${stretch}`
  return `{"id":${id},"kind":"${kind}","block":${JSON.stringify(block)},"input":${input}${stretched}}`
}

function loadFailure(error: unknown): LostReason {
  return { kind: 'load', message: error instanceof Error ? ownStack(error) : String(error) }
}

/** Where in the plugin it was; frames of files of the host are nobody's business. */
function ownStack({ stack, message }: Error): string {
  const lines = (stack ?? message).split('\n').filter((line) => !/^\s*at .*(node:|file:|[/\\])/.test(line))
  return lines.join('\n')
}
