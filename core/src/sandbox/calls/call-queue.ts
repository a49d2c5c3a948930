import { joinJson, type JsonPieces } from '../../base/index.ts'
import { toGuestCall, toGuestNames, type Call } from './call.ts'
import type { GuestNames } from '../channel/index.ts'

/** Calls of a guest, by id. */
type Batch = [guest: GuestNames, calls: Map<number, string | JsonPieces>]

interface CallQueueParts {
  /** @param batches the JSON text of the list of calls for each guest */
  send(batches: [guest: GuestNames, calls: string | JsonPieces][]): void
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
    if (batch) return void batch[1].set(call.id, toGuestCall(call))
    if (this.#batches.size === 0) this.#sendSoon()
    this.#batches.set(call.guest, [toGuestNames(call.request), new Map([[call.id, toGuestCall(call)]])])
  }

  remove({ id, guest }: Call): void {
    const calls = this.#batches.get(guest)?.[1]
    calls?.delete(id)
    if (calls?.size === 0) this.#batches.delete(guest)
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
    if (batches.length > 0) this.#parts.send(batches.map(([guest, calls]) => [guest, joinJson([...calls.values()])]))
  }
}
