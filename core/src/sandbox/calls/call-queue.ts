import { AshlarError, joinJson, type JsonPieces } from '../../base/index.ts'
import { toGuestCall, toGuestNames, type Call } from './call.ts'
import type { GuestNames } from '../channel/index.ts'

/** Calls of a guest, by id. */
type Batch = [guest: GuestNames, calls: Map<number, string | JsonPieces>]

/** With this number of calls in flight, a delay of a millisecond does not matter. */
const BUSY = 64
/** A message with more calls is divided. */
const MAX_BATCH_BYTES = 64 * 1024 * 1024
/** The inputs of one call. A sandbox process receives them as one text, which V8 limits to 512 MiB. */
const MAX_CALL_BYTES = 256 * 1024 * 1024

interface CallQueueParts {
  /** @param batches the JSON text of the list of calls for each guest */
  send(batches: [guest: GuestNames, calls: string | JsonPieces][]): void
  /** Ends a call that is too long to be sent. Called after {@link CallQueue.add} has returned. */
  refuse(call: Call, error: AshlarError): unknown
  /** The number of calls in flight. */
  inFlight(): number
}

/** Batches the calls to send to a process by guest. */
export class CallQueue {
  readonly #parts: CallQueueParts
  #batches = new Map<string, Batch>()
  /** The length of the calls that were added since the last message. */
  #bytes = 0

  constructor(parts: CallQueueParts) {
    this.#parts = parts
  }

  add(call: Call): void {
    const text = toGuestCall(call)
    const bytes = lengthOf(text)
    if (bytes > MAX_CALL_BYTES) return void setImmediate(() => this.#parts.refuse(call, tooLong(call, bytes)))
    if (this.#bytes + bytes > MAX_BATCH_BYTES) this.#send()
    this.#bytes += bytes
    const batch = this.#batches.get(call.guest)
    if (batch) return void batch[1].set(call.id, text)
    if (this.#batches.size === 0) this.#sendSoon()
    this.#batches.set(call.guest, [toGuestNames(call.request), new Map([[call.id, text]])])
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
    if (this.#parts.inFlight() >= BUSY) setTimeout(() => this.#send(), 1)
    else setImmediate(() => this.#send())
  }

  #send(): void {
    const batches = [...this.#batches.values()]
    this.#batches = new Map()
    this.#bytes = 0
    if (batches.length > 0) this.#parts.send(batches.map(([guest, calls]) => [guest, joinJson([...calls.values()])]))
  }
}

/** In bytes; a lower bound for texts. */
function lengthOf(text: string | JsonPieces): number {
  return typeof text === 'string' ? text.length : text.pieces.reduce((sum, { length }) => sum + length, 0)
}

function tooLong({ request: { block } }: Call, bytes: number): AshlarError {
  const message = `the inputs of block "${block}" are ${bytes} bytes long together; the limit is ${MAX_CALL_BYTES}: pass a smaller part of each value`
  return new AshlarError('INPUT_LIMIT', message)
}
