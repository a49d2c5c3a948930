import { toGuestNames, toCallMessage, type Call } from './call.ts'
import type { CallMessage, GuestNames } from '../channel/index.ts'

type Batch = [guest: GuestNames, calls: CallMessage[]]

interface CallQueueParts {
  send(batches: Batch[]): void
  /** Whether the process is so busy that a delay of a millisecond does not matter. */
  isBusy(): boolean
}

/** Batches the calls to send to a process by guest. */
export class CallQueue {
  readonly #parts: CallQueueParts
  #batches = new Map<string, Batch>()

  constructor(parts: CallQueueParts) {
    this.#parts = parts
  }

  add(call: Call): void {
    const batch = this.#batches.get(call.guest)
    if (batch) return void batch[1].push(toCallMessage(call))
    if (this.#batches.size === 0) this.#sendSoon()
    this.#batches.set(call.guest, [toGuestNames(call.request), [toCallMessage(call)]])
  }

  remove({ id, guest }: Call): void {
    const [names, calls] = this.#batches.get(guest) ?? []
    const left = calls?.filter(([each]) => each !== id) ?? []
    if (names && left.length > 0) this.#batches.set(guest, [names, left])
    else this.#batches.delete(guest)
  }

  /**
   * Sends a single call in the next turn of the event loop. Under load, waits so that one write carries several calls.
   */
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
