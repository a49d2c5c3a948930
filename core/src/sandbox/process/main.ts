/**
 * The sandbox process: a child of a worker, with an empty environment. It contains the isolates and communicates only
 * with its parent. Plugin code runs in the isolates, on their threads. The main thread only forwards messages. See
 * `../protocol.ts`.
 */
import {
  guestName,
  INSTALLATION,
  isolateName,
  LOADING,
  type FromProcess,
  type GuestNames,
  type LostReason,
  type ToProcess,
  FrameReader,
  writeFrame,
} from '../channel/index.ts'
import { Socket } from 'node:net'
import type { JsonPieces } from '../../base/index.ts'

import { CpuClock } from './cpu-clock.ts'
import { endProcess, lockProcess } from './end-process.ts'
import { GuestCalls } from './guest-calls.ts'
import { createIsolateFactory, type GuestIsolate, type IsolateOptions } from './guest-isolates.ts'
import type { LockdownOptions } from './lockdown/index.ts'

/** The first message from the parent. */
export interface SandboxProcessOptions extends IsolateOptions {
  /** The start-up snapshot of isolates, in Base64. */
  snapshot: string
  /** null on a platform without a lockdown. */
  lockdown: LockdownOptions | null
  maxCpuMs: number
  loadTimeoutMs: number
  /** Above this resident memory, idle isolates are disposed, the least recently used first. */
  spareMemoryMb: number
}

interface LoadedIsolate {
  isolate: GuestIsolate
  memoryMb: number
  /** How many times it was handed on to another plugin; Infinity if it must not be handed on. */
  timesHandedOn: number
  /** By name. */
  guests: Map<string, GuestCalls>
  /** Its CPU time when it was last posted. */
  postedCpuMs: number
}

/** The number of isolates to dispose together when memory is short. */
const EVICTED_AT_ONCE = 8
/** After this number, collecting the garbage of previous plugins takes longer than creating an isolate. */
const MAX_HANDED_ON = 3
/** The interval at which computing isolates are checked and their CPU time is reported. */
const WATCH_EVERY_MS = 100

class Guests {
  readonly #options: SandboxProcessOptions
  readonly #createIsolate: ReturnType<typeof createIsolateFactory>
  readonly #codes = new Map<string, { code: string; memoryMb: number }>()
  /** The least recently used first. */
  readonly #isolates = new Map<string, LoadedIsolate>()
  readonly #guests = new Map<string, GuestCalls>()
  /** The first messages to the inspectors of these isolates. */
  readonly #inspected = new Map<string, string[]>()
  /** Resident memory, as last measured by the worker. */
  #residentMb = 0
  #watching: NodeJS.Timeout | undefined
  #lastGuest = 0

  constructor(options: SandboxProcessOptions) {
    this.#options = options
    this.#createIsolate = createIsolateFactory(decodeBase64(options.snapshot), options, new CpuClock())
  }

  receive(message: ToProcess): void {
    if (message[0] === 'calls') this.#start(message[1])
    else if (message[0] === 'ping') send(['pong'])
    else if (message[0] === 'plugin') this.#codes.set(message[1], { code: message[2], memoryMb: message[3] })
    else if (message[0] === 'reply') void this.#guests.get(message[1])?.reply(message[2])
    else if (message[0] === 'abort') this.#abort(message[1], message[2])
    else if (message[0] === 'memory') this.#residentMb = message[1]
    else if (message[0] === 'forget') this.#forget(message[1])
    else if (message[0] === 'inspector') this.#inspect(message[1], message[2])
    else if (message[2]) this.#inspected.set(message[1], message[2])
    else this.#inspected.delete(message[1])
  }

  #start(byGuest: [guest: GuestNames, calls: string | JsonPieces][]): void {
    for (const [names, calls] of byGuest) void this.#guestFor(names).start(String(calls))
  }

  #abort(name: string, ids: number[]): void {
    const guest = this.#guests.get(name)
    if (guest) void guest.abort(ids)
    else send(['aborted', name, ids])
  }

  #inspect(name: string, message: string): void {
    const loaded = this.#isolates.get(name)
    if (loaded) loaded.isolate.inspect(message)
    else this.#inspected.get(name)?.push(message) // the call that creates the isolate has not arrived
  }

  #guestFor(names: GuestNames): GuestCalls {
    const name = guestName(names)
    const [owner, digest] = names
    const loaded = this.#getIsolate(owner, digest)
    const known = this.#guests.get(name)
    if (known) return known
    const guest = new GuestCalls(loaded.isolate, ++this.#lastGuest, this.#options, {
      events: (events, computing) => this.#post(name, loaded, events, computing),
      aborted: (ids) => send(['aborted', name, ids]),
      entered: () => void (this.#watching ??= setInterval(() => this.#watch(), WATCH_EVERY_MS)),
      lost: (reason) => this.#lose(name, loaded, reason),
    })
    this.#guests.set(name, guest)
    loaded.guests.set(name, guest)
    return guest
  }

  /** Sends a report without events only if the CPU time has changed. */
  #post(guest: string, loaded: LoadedIsolate, events: string, computing: number): void {
    const { cpuMs } = loaded.isolate
    if (events === '' && cpuMs === loaded.postedCpuMs) return
    loaded.postedCpuMs = cpuMs
    post(guest, { events, cpuMs, computing })
  }

  #getIsolate(owner: string, digest: string): LoadedIsolate {
    const name = `${owner}|${digest}`
    const known = this.#isolates.get(name)
    if (known) {
      this.#isolates.delete(name) // moves it to the end
      this.#isolates.set(name, known)
      return known
    }
    this.#makeRoom()
    const { code, memoryMb } = this.#codes.get(digest) ?? { code: '', memoryMb: 8 }
    const replay = this.#inspected.get(name)
    const onMessage = replay && ((message: string): void => send(['inspector', name, message]))
    const used = this.#takeUsed(owner, memoryMb)
    const isolate = used?.isolate.handOn(code, digest) ?? this.#createIsolate(code, digest, memoryMb, onMessage)
    const timesHandedOn = used ? used.timesHandedOn + 1 : 0
    const loaded: LoadedIsolate = { isolate, memoryMb, timesHandedOn, guests: new Map(), postedCpuMs: 0 }
    for (const message of replay ?? []) loaded.isolate.inspect(message)
    this.#isolates.set(name, loaded)
    return loaded
  }

  /** An isolate without guests that another plugin of the owner may use. */
  #takeUsed(owner: string, memoryMb: number): LoadedIsolate | undefined {
    if (owner !== INSTALLATION) return undefined
    for (const [name, loaded] of this.#isolates) {
      if (!name.startsWith(`${owner}|`) || loaded.guests.size > 0 || loaded.memoryMb !== memoryMb) continue
      this.#isolates.delete(name)
      return loaded
    }
    return undefined
  }

  #removeIsolate(name: string): void {
    this.#isolates.delete(name)
    if (this.#inspected.delete(name)) send(['inspector', name, ''])
  }

  #makeRoom(): void {
    if (this.#residentMb < this.#options.spareMemoryMb) return
    const idle = [...this.#isolates].filter(([, { guests }]) => [...guests.values()].every(({ isIdle }) => isIdle))
    for (const [name, loaded] of idle.slice(0, EVICTED_AT_ONCE)) {
      for (const [guestName, guest] of loaded.guests) {
        guest.end()
        this.#guests.delete(guestName)
      }
      this.#dispose(name, loaded)
    }
  }

  /**
   * Reports the CPU time of computing code that reports no events, and ends code that computes for too long
   * without a pause.
   */
  #watch(): void {
    for (const [name, loaded] of this.#isolates) this.#endIfStuck(name, loaded)
    for (const [name, guest] of this.#guests) {
      const isolate = this.#isolates.get(isolateName(name))?.isolate
      if (isolate && !guest.isIdle) post(name, { events: '', cpuMs: isolate.cpuMs, computing: isolate.computing })
    }
    if (this.#guests.values().some((guest) => !guest.isIdle)) return
    if (this.#isolates.values().some(({ isolate }) => isolate.isEntered)) return
    clearInterval(this.#watching)
    this.#watching = undefined
  }

  #endIfStuck(name: string, loaded: LoadedIsolate): void {
    const { isolate, guests } = loaded
    const guest = guests.values().find(({ isEnteredLast }) => isEnteredLast)
    if (isolate.isInspected || isolate.unansweredCpuMs <= (guest?.maxCpuMs ?? this.#options.maxCpuMs)) return
    this.#dispose(name, loaded)
    if (guest) guest.endComputing()
    else for (const other of guests.values()) other.end({ kind: 'evicted' })
  }

  #lose(name: string, { isolate, guests }: LoadedIsolate, reason: LostReason): void {
    this.#guests.delete(name)
    guests.delete(name)
    flush()
    send(['lost', name, reason])
    if (!isolate.isDisposed) return
    this.#removeIsolate(isolateName(name))
    for (const other of guests.values()) other.end({ kind: isolate.endedBy })
  }

  #forget(scope: string): void {
    for (const [isolateName, loaded] of this.#isolates)
      for (const [name, guest] of loaded.guests) {
        if (!name.startsWith(`${isolateName}|${scope}|`)) continue
        if (!guest.isIdle) loaded.timesHandedOn = Infinity
        guest.end()
        loaded.guests.delete(name)
        this.#guests.delete(name)
        if (isolateName.startsWith(`${INSTALLATION}|`) && loaded.timesHandedOn >= MAX_HANDED_ON)
          this.#dispose(isolateName, loaded)
      }
  }

  #dispose(name: string, { isolate }: LoadedIsolate): void {
    this.#removeIsolate(name)
    isolate.dispose()
  }
}

function decodeBase64(base64: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer
}

/**
 * The events of one turn of the event loop. They are sent in one message, or in several if they are too long for one.
 */
let posted = new Map<string, Posted>()
let postedChars = 0
let maxReportChars = 0
interface Posted {
  events: string
  cpuMs: number
  computing: number
}

function post(guest: string, { events, cpuMs, computing }: Posted): void {
  if (postedChars + events.length >= maxReportChars) flush()
  if (posted.size === 0) setImmediate(flush)
  const before = posted.get(guest)?.events ?? ''
  posted.set(guest, { events: before && events ? `${before},${events}` : before + events, cpuMs, computing })
  postedChars += events.length
}

function flush(): void {
  if (posted.size > 0)
    send(['events', [...posted].map(([guest, { events, cpuMs, computing }]) => [guest, events, cpuMs, callId(computing)])])
  posted = new Map()
  postedChars = 0
}

/** A guest may report any value. */
function callId(computing: number): number {
  return Number.isSafeInteger(computing) && computing >= LOADING ? computing : 0
}

const CHANNEL_FD = 3
/** As much as one read returns: the size of the socket's buffer on Linux, rounded up. */
const READ_BYTES = 256 * 1024
/** Reading into one buffer takes half the time of reading into a new one of 64 KiB each time. */
const channel = new Socket({
  fd: CHANNEL_FD,
  onread: {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback(length, buffer) {
      reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, length), true)
      return true
    },
  },
})

function send(message: FromProcess): void {
  writeFrame(channel, message)
}

/** The parent is trusted: its messages are neither limited nor checked. */
let guests: Guests | undefined
const reader = new FrameReader(Infinity, (message) => {
  if (guests) return guests.receive(message as ToProcess)
  const options = message as SandboxProcessOptions
  if (options.lockdown) lockProcess(options.lockdown)
  else for (const scope of ['addon', 'fs.read']) process.permission?.drop(scope) // all modules are loaded
  guests = new Guests(options)
  maxReportChars = options.limits.maxReportChars
  send(['ready'])
})

// A normal exit would wait for isolates that compute.
channel.on('close', endProcess).on('error', endProcess)
channel.resume()
// Ctrl-C sends a signal to the whole process group, and a service manager to all processes of a service. Only the
// parent ends its sandbox processes, because calls with external effects may continue for a grace period.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
