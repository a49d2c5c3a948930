import { guestOf, messageOf, type Call } from './call.ts'
import type { CallMessage, GuestNames } from '../channel/index.ts'

type Batch = [guest: GuestNames, calls: CallMessage[]]

interface CallQueueParts {
  send(batches: Batch[]): void
  /** Whether so much goes on that a millisecond's wait costs nobody anything. */
  isBusy(): boolean
}

/** Calls on their way to a process: those of one guest together. */
export class CallQueue {
  readonly #parts: CallQueueParts
  #batches = new Map<string, Batch>()

  constructor(parts: CallQueueParts) {
    this.#parts = parts
  }

  add(call: Call): void {
    const batch = this.#batches.get(call.guest)
    if (batch) return void batch[1].push(messageOf(call))
    if (this.#batches.size === 0) this.#sendSoon()
    this.#batches.set(call.guest, [guestOf(call.request), [messageOf(call)]])
  }

  remove({ id, guest }: Call): void {
    const [names, calls] = this.#batches.get(guest) ?? []
    const left = calls?.filter(([each]) => each !== id) ?? []
    if (names && left.length > 0) this.#batches.set(guest, [names, left])
    else this.#batches.delete(guest)
  }

  /** A call that comes alone goes at once; under load a message carries more calls, since each costs a write. */
  #sendSoon(): void {
    if (this.#parts.isBusy()) setTimeout(() => this.#send(), 1)
    else setImmediate(() => this.#send())
  }

  #send(): void {
    const batches = [...this.#batches.values()]
    this.#batches = new Map()
    if (batches.length > 0) this.#parts.send(batches)
  }
}
