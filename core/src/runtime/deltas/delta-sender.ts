import type pg from 'pg'
import { channelName } from '../../postgres/index.ts'
import { encodeDelta, type OutputDelta } from './delta.ts'

/** Sends the pieces of texts that blocks stream. */
export interface DeltaSender {
  /** Takes a piece of a text of a run. `source` identifies the run. */
  add(source: DeltaSource, delta: OutputDelta): void
  /** Drops what waits of a run, or of one of its pins. */
  drop(source: object, pin?: string): void
  close(): void
}

/** The run that streams a text. */
interface DeltaSource {
  run: object
  executionId: string
  ownerId: string
}

/** The part of a text that has not been sent. */
interface Waiting extends OutputDelta {
  source: DeltaSource
  /** On the clock of `performance.now()`. */
  dueAt: number
}

/** The minimum interval between two pieces of one text. */
const INTERVAL_MS = 25
/** If more characters of a text wait, the oldest are left out. */
const MAX_WAITING_CHARS = 16_000
/** The texts of one run, and of all runs. */
const MAX_TEXTS = { run: 4, total: 2000 }
/** The bytes of one owner per second, and at once. */
const BYTES_PER_SECOND = 256 * 1024
/** The payloads of one statement. */
const MAX_BATCH = 32

/**
 * The first piece of a text is sent at once. Pieces that follow within {@link INTERVAL_MS} are joined. The rate of an
 * owner is limited. Pieces that cannot be sent are lost: readers see the gap in the offsets, and the journal has the
 * whole text later.
 *
 * The notifications are sent outside of other transactions.
 */
export function createDeltaSender(pool: Pick<pg.Pool, 'query'>): DeltaSender {
  return new Sender((payloads) => pool.query({ ...NOTIFY, values: [payloads] }))
}

const NOTIFY = {
  name: 'ashlar-deltas',
  text: `select pg_notify('${channelName('deltas')}', payload) from unnest($1::text[]) as sent(payload)`,
}

class Sender implements DeltaSender {
  readonly #send: (payloads: string[]) => Promise<unknown>
  /** By run and pin, those that were sent least recently first. A text stays until its run drops it. */
  readonly #texts = new Map<object, Map<string, Waiting>>()
  readonly #budgets = new Map<string, Budget>()
  #count = 0
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  #isSending = false
  #isClosed = false

  constructor(send: (payloads: string[]) => Promise<unknown>) {
    this.#send = send
  }

  add(source: DeltaSource, delta: OutputDelta): void {
    if (this.#isClosed) return
    const ofRun = this.#texts.get(source.run) ?? new Map<string, Waiting>()
    const known = ofRun.get(delta.pin)
    if (!known) {
      if (ofRun.size >= MAX_TEXTS.run || this.#count >= MAX_TEXTS.total) return
      ofRun.set(delta.pin, { ...delta, source, dueAt: 0 })
      this.#texts.set(source.run, ofRun)
      this.#count++
    } else join(known, delta)
    trim(ofRun.get(delta.pin))
    this.#flushAt(known?.dueAt ?? 0)
  }

  drop(run: object, pin?: string): void {
    const ofRun = this.#texts.get(run)
    if (!ofRun) return
    if (pin === undefined) this.#count -= ofRun.size
    else if (ofRun.delete(pin)) this.#count--
    if (pin === undefined || ofRun.size === 0) this.#texts.delete(run)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
    this.#texts.clear()
  }

  #flushAt(dueAt: number): void {
    if (this.#isSending || this.#isClosed || this.#soon) return
    const delayMs = dueAt - performance.now()
    if (delayMs <= 0) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#soon = setImmediate(() => {
        this.#soon = undefined
        void this.#flush()
      })
    } else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        void this.#flush()
      }, delayMs)
  }

  async #flush(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    const payloads = this.#take()
    try {
      if (payloads.length > 0) await this.#send(payloads)
    } catch {
      // The text is lost for subscribers until the journal has it. A database that is down is reported elsewhere.
    }
    this.#isSending = false
    const next = this.#nextDue()
    if (next !== undefined) this.#flushAt(next)
  }

  /** Takes a piece of each text that is due. A run from which a piece was taken goes to the end. */
  #take(): string[] {
    const time = performance.now()
    const payloads: string[] = []
    for (const [run, ofRun] of Array.from(this.#texts)) {
      for (const text of ofRun.values()) {
        if (payloads.length >= MAX_BATCH) return payloads
        if (text.text === '' || text.dueAt > time) continue
        const budget = this.#budgetOf(text.source.ownerId, time)
        text.dueAt = budget.left > 0 ? time + INTERVAL_MS : time + (-budget.left / BYTES_PER_SECOND) * 1000 + INTERVAL_MS
        if (budget.left <= 0) continue
        const encoded = encodeDelta(text.source.executionId, toDelta(text))
        if (encoded) payloads.push(encoded.payload)
        budget.left -= encoded?.payload.length ?? 0
        advance(text, encoded?.chars ?? text.text.length)
        this.#texts.delete(run)
        this.#texts.set(run, ofRun)
      }
    }
    return payloads
  }

  #nextDue(): number | undefined {
    let next: number | undefined
    for (const ofRun of this.#texts.values())
      for (const { text, dueAt } of ofRun.values()) if (text !== '') next = Math.min(next ?? dueAt, dueAt)
    return next
  }

  #budgetOf(ownerId: string, time: number): Budget {
    const known = this.#budgets.get(ownerId)
    if (known) {
      known.left = Math.min(BYTES_PER_SECOND, known.left + ((time - known.at) / 1000) * BYTES_PER_SECOND)
      known.at = time
      return known
    }
    if (this.#budgets.size >= MAX_TEXTS.total) this.#budgets.clear()
    const budget = { left: BYTES_PER_SECOND, at: time }
    this.#budgets.set(ownerId, budget)
    return budget
  }
}

/** The bytes that an owner may send. */
interface Budget {
  left: number
  at: number
}

/** Adds the next piece of a text. A piece that does not follow replaces what waits. */
function join(waiting: Waiting, { offset, text, after, attempt }: OutputDelta): void {
  const follows = attempt === waiting.attempt && offset === waiting.offset + waiting.text.length
  if (follows && waiting.text !== '') waiting.text += text
  else Object.assign(waiting, { offset, text, after, attempt })
}

function trim(waiting: Waiting | undefined): void {
  const excess = (waiting?.text.length ?? 0) - MAX_WAITING_CHARS
  if (waiting && excess > 0) advance(waiting, excess)
}

function advance(waiting: Waiting, chars: number): void {
  waiting.offset += chars
  waiting.text = waiting.text.slice(chars)
}

function toDelta({ node, n, attempt, pin, offset, text, after }: Waiting): OutputDelta {
  return { node, n, attempt, pin, offset, text, after }
}
