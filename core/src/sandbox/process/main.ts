/**
 * The sandbox process: child of a worker, with an empty environment. It owns the isolates and speaks only to its parent.
 * Plugin code runs in the isolates, on their threads; this thread only passes messages on. See `../protocol.ts`.
 */
import { guestOf, type CallMessage, type FromProcess, type ToProcess } from '../protocol.ts'
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

function main(options: SandboxProcessOptions): void {
  const createIsolate = createIsolateFactory(options.prelude, options)
  const codes = new Map<string, string>()
  const isolates = new Map<string, LoadedIsolate>()
  const guests = new Map<string, GuestCalls>()

  const guestFor = (call: CallMessage): GuestCalls => {
    const [, , owner, digest, scope] = call
    const name = guestOf(call)
    const known = guests.get(name)
    if (known) return known
    const isolateName = `${owner}|${digest}`
    const loaded = isolates.get(isolateName) ?? { isolate: createIsolate(codes.get(digest) ?? '', digest), guests: new Map() }
    isolates.set(isolateName, loaded)
    const guest = new GuestCalls(loaded.isolate, options.maxCpuMs, {
      events: post,
      lost: (reason) => {
        guests.delete(name)
        loaded.guests.delete(scope)
        flush()
        send(['lost', name, reason])
        if (!loaded.isolate.isDisposed) return
        isolates.delete(isolateName)
        for (const other of loaded.guests.values()) other.end({ kind: loaded.isolate.endedBy })
      },
    })
    guests.set(name, guest)
    loaded.guests.set(scope, guest)
    return guest
  }

  const startCalls = (calls: CallMessage[]): void => {
    for (const batch of Map.groupBy(calls, guestOf).values()) {
      const [first] = batch
      if (first) void guestFor(first).start(batch)
    }
  }

  const forget = (scope: string): void => {
    for (const [name, { guests: inIsolate }] of isolates) {
      const guest = inIsolate.get(scope)
      if (!guest) continue
      guest.end()
      inIsolate.delete(scope)
      guests.delete(`${name}|${scope}`)
    }
    evictIdle()
  }

  /** Isolates without a guest are kept for the next execution of their owner, up to a number; the oldest go first. */
  const evictIdle = (): void => {
    const idle = [...isolates].filter(([, { guests: inIsolate }]) => inIsolate.size === 0)
    for (const [name, { isolate }] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE_ISOLATES))) {
      isolate.dispose()
      isolates.delete(name)
    }
  }

  process.on('message', (message: ToProcess) => {
    if (message[0] === 'calls') startCalls(message[1])
    else if (message[0] === 'plugin') codes.set(message[1], message[2])
    else if (message[0] === 'abort') void guests.get(message[1])?.abort(message[2])
    else forget(message[1])
  })
  send(['ready'])
}

/** Events of all guests that gather in one turn of the event loop travel in one message. */
let posted: string[] = []
function post(events: string): void {
  if (posted.push(events) === 1) setImmediate(flush)
}

function flush(): void {
  if (posted.length > 0) send(['events', `[${posted.join()}]`])
  posted = []
}

function send(message: FromProcess): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(1) // the parent is gone
  })
}

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group; the parent ends its sandboxes itself, in order.
process.on('SIGINT', () => {})
process.once('message', (options: SandboxProcessOptions) => main(options))
