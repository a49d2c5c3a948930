/**
 * The sandbox process: child of a worker, with an empty environment. It owns the isolates and speaks only to its parent.
 * Plugin code runs in the isolates, on their threads; this thread only passes messages on. See `../protocol.ts`.
 */
import { guestOf, type CallMessage, type FromProcess, type LostReason, type ToProcess } from '../protocol.ts'
import { GuestCalls } from './guest-calls.ts'
import { createIsolateFactory, type GuestIsolate, type IsolateOptions } from './guest-isolates.ts'

/** Sent by the parent first. */
export interface SandboxProcessOptions extends IsolateOptions {
  prelude: string
  maxCpuMs: number
}

interface LoadedIsolate {
  isolate: GuestIsolate
  /** By scope. */
  guests: Map<string, GuestCalls>
}

const MAX_IDLE_ISOLATES = 16

class Guests {
  readonly #options: SandboxProcessOptions
  readonly #createIsolate: ReturnType<typeof createIsolateFactory>
  readonly #codes = new Map<string, string>()
  readonly #isolates = new Map<string, LoadedIsolate>()
  readonly #guests = new Map<string, GuestCalls>()

  constructor(options: SandboxProcessOptions) {
    this.#options = options
    this.#createIsolate = createIsolateFactory(options.prelude, options)
  }

  receive(message: ToProcess): void {
    if (message[0] === 'calls') this.#start(message[1])
    else if (message[0] === 'plugin') this.#codes.set(message[1], message[2])
    else if (message[0] === 'reply') void this.#guests.get(message[1])?.reply(message[2])
    else if (message[0] === 'abort') this.#abort(message[1], message[2])
    else this.#forget(message[1])
  }

  #start(calls: CallMessage[]): void {
    for (const batch of Map.groupBy(calls, guestOf).values()) {
      const [first] = batch
      if (first) void this.#guestFor(first).start(batch)
    }
  }

  #abort(name: string, ids: number[]): void {
    const guest = this.#guests.get(name)
    if (guest) void guest.abort(ids)
    else send(['aborted', name, ids])
  }

  #guestFor(call: CallMessage): GuestCalls {
    const name = guestOf(call)
    const known = this.#guests.get(name)
    if (known) return known
    const [, , owner, digest, scope] = call
    const loaded = this.#isolateOf(owner, digest)
    const guest = new GuestCalls(loaded.isolate, this.#options.maxCpuMs, {
      events: (events) => post(name, events),
      aborted: (ids) => send(['aborted', name, ids]),
      lost: (reason) => this.#lose(call, loaded, reason),
    })
    this.#guests.set(name, guest)
    loaded.guests.set(scope, guest)
    return guest
  }

  #isolateOf(owner: string, digest: string): LoadedIsolate {
    const name = `${owner}|${digest}`
    const known = this.#isolates.get(name)
    if (known) return known
    const loaded = { isolate: this.#createIsolate(this.#codes.get(digest) ?? '', digest), guests: new Map<string, GuestCalls>() }
    this.#isolates.set(name, loaded)
    return loaded
  }

  #lose(call: CallMessage, { isolate, guests }: LoadedIsolate, reason: LostReason): void {
    const [, , owner, digest, scope] = call
    this.#guests.delete(guestOf(call))
    guests.delete(scope)
    flush()
    send(['lost', guestOf(call), reason])
    if (!isolate.isDisposed) return
    this.#isolates.delete(`${owner}|${digest}`)
    for (const other of guests.values()) other.end({ kind: isolate.endedBy })
  }

  #forget(scope: string): void {
    for (const [name, { guests }] of this.#isolates) {
      guests.get(scope)?.end()
      guests.delete(scope)
      this.#guests.delete(`${name}|${scope}`)
    }
    this.#evictIdle()
  }

  /** Isolates without a guest are kept for the next execution of their owner, up to a number; the oldest go first. */
  #evictIdle(): void {
    const idle = [...this.#isolates].filter(([, { guests }]) => guests.size === 0)
    for (const [name, { isolate }] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE_ISOLATES))) {
      isolate.dispose()
      this.#isolates.delete(name)
    }
  }
}

/** Events of all guests that gather in one turn of the event loop travel in one message. */
let posted = new Map<string, string>()
function post(guest: string, events: string): void {
  if (posted.size === 0) setImmediate(flush)
  const before = posted.get(guest)
  posted.set(guest, before === undefined ? events : `${before},${events}`)
}

function flush(): void {
  if (posted.size > 0) send(['events', [...posted]])
  posted = new Map()
}

function send(message: FromProcess): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(1) // the parent is gone
  })
}

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group; the parent ends its sandboxes itself, in order.
process.on('SIGINT', () => {})
process.once('message', (options: SandboxProcessOptions) => {
  const guests = new Guests(options)
  process.on('message', (message: ToProcess) => guests.receive(message))
  send(['ready'])
})
