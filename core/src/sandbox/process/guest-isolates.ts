import ivm from 'isolated-vm'
import { randomBytes } from 'node:crypto'
import type { Prelude } from '../programs/index.ts'
import type { GuestLimits } from '../channel/index.ts'
import type { CpuClock, CpuMeter } from './cpu-clock.ts'
import { endProcess, endUnlessStopped } from './end-process.ts'
import { watchPauses, type InspectorSession, type OnInspectorMessage } from './inspector-session.ts'

/** By which a guest and its host know an entry. */
export interface EntryIds {
  /** 0 for entries that answer nothing. */
  id: number
  /** The host has the answers of all before this one. */
  settledBefore: number
}

/** One context of an isolate with a plugin loaded: where calls of one owner, digest, scope and grant run. */
export interface Guest {
  /**
   * Starts calls; JSON text `[GuestCall, …]`. Resolves with a flag (`1`: calls still run, `2`: {@link goOn}, `3`: {@link collect}), the id
   * of the call whose code ran last, a space and the events gathered.
   */
  enter(calls: string, entry: EntryIds): Promise<string>
  /** Starts what an entry had no time for. */
  goOn(entry: EntryIds): Promise<string>
  /** An entry failed though the guest is well, see `guest/calls.ts`; JSON text `[entry id, message]`. Resolves as the entry would have. */
  recover(failure: string): Promise<string>
  /** Takes what has gathered, in the same form. */
  collect(settledBefore: number): Promise<string>
  /** Aborts calls; JSON text `[id, …]`. Resolves in the same form, without events. */
  abort(ids: string): Promise<string>
  /** Runs timers that are due; JSON text `[timer id, …]`. Resolves in the same form, without events. */
  fire(ids: string): Promise<string>
  /** Answers a call to the host; JSON text, see `guest/host-calls.ts`. Resolves in the same form, without events. */
  reply(answer: string): Promise<string>
  dispose(): void
}

/** What a guest asks of its host without waiting for an answer. */
interface GuestHost {
  setTimer(id: number, delayMs: number): void
  /** Takes events while code of the guest runs on. */
  report(events: string, computing: number): void
}

/** An isolate: the heap of one owner and one digest. */
export interface GuestIsolate {
  readonly isDisposed: boolean
  /** Why it is disposed: it passed its memory limit, unless `dispose` was called. */
  readonly endedBy: 'memory' | 'evicted'
  /** Processor time of its code, in milliseconds. */
  readonly cpuMs: number
  /** Of this, what it has computed since it last answered an entry. */
  readonly unansweredCpuMs: number
  /** Whether an entry into one of its guests has no answer. */
  readonly isEntered: boolean
  /** The number of the guest that was entered last, and the call whose code runs in it; 0 where that is not known. */
  readonly running: { guest: number; call: number }
  /** The call to which the code that runs most likely belongs; 0 if unknown, `LOADING` while a bundle is evaluated. */
  readonly computing: number
  /** Whether a debugger may look into it: then the time of an entry has no limit. */
  readonly isInspected: boolean
  /** Waits for the answer of an entry into one of its guests. */
  track<T>(answer: Promise<T>): Promise<T>
  /** @param number of the guest, unique in the isolate @throws what the plugin's code throws while it loads. */
  createGuest(number: number, host: GuestHost): Promise<Guest>
  /** Gives its inspector a message, if it has one. */
  inspect(message: string): void
  /** The same heap for the code of another plugin, which may be trusted with what the one before has left: it replaces this. */
  handOn(code: string, name: string): GuestIsolate
  dispose(): void
}

export interface IsolateOptions {
  /** Heap of most isolates: one of this size is made ahead of need. */
  memoryMb: number
  limits: GuestLimits
}

/** @param onInspectorMessage makes it one that a debugger may look into */
type IsolateFactory = (code: string, name: string, memoryMb: number, onInspectorMessage?: OnInspectorMessage) => GuestIsolate

/** An isolate without a plugin, and its first context. */
interface Blank {
  isolate: ivm.Isolate
  context: Promise<ivm.Context>
  session?: InspectorSession
}

/** How long after one was taken the next is made ahead: whoever took it comes first. */
const MAKE_AHEAD_AFTER_MS = 20

/** @returns V8's heap after the evaluation of the prelude */
export function createSnapshot({ code, warmUp }: Prelude): ArrayBuffer {
  return ivm.Isolate.createSnapshot([{ code, filename: 'ashlar:guest' }], warmUp).copy()
}

/**
 * Makes isolates that start with the prelude already evaluated. The one file that imports `isolated-vm`.
 *
 * @param snapshotBuffer see {@link createSnapshot}; of the same Node on the same machine
 */
export function createIsolateFactory(snapshotBuffer: ArrayBuffer, options: IsolateOptions, clock: CpuClock): IsolateFactory {
  const snapshot = new ivm.ExternalCopy(snapshotBuffer)
  const makeIsolate = (memoryMb: number, inspector = false): ivm.Isolate =>
    // After a catastrophic error V8's state is unknown: the process ends, its parent starts the calls again elsewhere.
    new ivm.Isolate({ memoryLimit: memoryMb, snapshot, inspector, onCatastrophicError: () => process.abort() })
  const makeBlank = (memoryMb: number): Blank => newContext(makeIsolate(memoryMb))
  let ahead: Blank | undefined
  setImmediate(() => (ahead ??= makeBlank(options.memoryMb))) // the process is ready before that
  const take = (memoryMb: number): Blank => {
    if (memoryMb !== options.memoryMb) return makeBlank(memoryMb)
    const taken = ahead ?? makeBlank(memoryMb)
    if (ahead) setTimeout(() => (ahead ??= makeBlank(options.memoryMb)), MAKE_AHEAD_AFTER_MS)
    ahead = undefined
    return taken
  }
  return (code, name, memoryMb, onInspectorMessage) => {
    const blank = onInspectorMessage ? openInspector(makeIsolate(memoryMb, true), onInspectorMessage) : take(memoryMb)
    return load(blank, code, name, { limits: options.limits, clock })
  }
}

function newContext(isolate: ivm.Isolate): Blank {
  const context = isolate.createContext()
  context.catch(() => {}) // told by createGuest
  return { isolate, context }
}

/**
 * V8 lets only the thread that holds an isolate open a session with its inspector, and `createInspectorSession` does not take hold of
 * it (isolated-vm 7.0.1): a function of ours that is called from within the isolate, on this thread, does.
 */
function openInspector(isolate: ivm.Isolate, onMessage: OnInspectorMessage): Blank {
  const context = isolate.createContextSync({ inspector: true })
  let session: ivm.InspectorSession | undefined
  context.evalClosureSync('$0()', [new ivm.Callback(() => void (session = isolate.createInspectorSession()))])
  if (!session) throw new Error('the isolate has no inspector')
  return { isolate, context: Promise.resolve(context), session: watchPauses(session, onMessage) }
}

interface LoadParts {
  limits: GuestLimits
  clock: CpuClock
}

function load(blank: Blank, code: string, name: string, parts: LoadParts): GuestIsolate {
  const script = blank.isolate.compileScript(`__ashlar.define(function (require, module) {${code}\n})`, {
    filename: `${name}.js`,
  })
  script.catch(() => {}) // told by createGuest
  return new LoadedIsolate(blank, script, parts)
}

class LoadedIsolate implements GuestIsolate {
  readonly #isolate: ivm.Isolate
  readonly #session: InspectorSession | undefined
  readonly #script: Promise<ivm.Script>
  readonly #parts: LoadParts
  readonly #meter: CpuMeter
  /** Shared with all guests, see `guest/outbox.ts`. */
  readonly #running = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
  #firstContext: Promise<ivm.Context> | undefined
  #unanswered = 0
  #answeredAtCpuMs = 0
  endedBy: 'memory' | 'evicted' = 'memory'

  constructor({ isolate, context, session }: Blank, script: Promise<ivm.Script>, parts: LoadParts) {
    this.#isolate = isolate
    this.#firstContext = context
    this.#session = session
    this.#script = script
    this.#parts = parts
    this.#meter = parts.clock.add(() => heldMs(isolate))
  }

  get isDisposed(): boolean {
    return this.#isolate.isDisposed
  }

  get isInspected(): boolean {
    return this.#session !== undefined
  }

  get cpuMs(): number {
    return this.isDisposed ? 0 : this.#meter.cpuMs
  }

  get unansweredCpuMs(): number {
    return this.isEntered ? this.#meter.cpuMs - this.#answeredAtCpuMs : 0
  }

  get isEntered(): boolean {
    return this.#unanswered > 0
  }

  get running(): { guest: number; call: number } {
    const [call = 0, guest = 0] = new Float64Array(this.#running)
    return { guest, call }
  }

  get computing(): number {
    const [, , call = 0] = new Float64Array(this.#running)
    return call
  }

  async track<T>(answer: Promise<T>): Promise<T> {
    this.#unanswered++
    try {
      return await answer
    } finally {
      this.#unanswered--
      this.#answeredAtCpuMs = this.#meter.cpuMs
    }
  }

  async createGuest(number: number, host: GuestHost): Promise<Guest> {
    const created = this.#firstContext ?? this.#isolate.createContext({ inspector: this.isInspected })
    this.#firstContext = undefined
    const parts = { number, host, running: this.#running, limits: this.#parts.limits }
    return createGuest(await created, await this.#script, parts)
  }

  inspect(message: string): void {
    if (!this.isDisposed) this.#session?.dispatch(message)
  }

  handOn(code: string, name: string): GuestIsolate {
    this.#meter.stop()
    return load(newContext(this.#isolate), code, name, this.#parts)
  }

  dispose(): void {
    if (this.isDisposed) return
    this.endedBy = 'evicted'
    // isolated-vm would never come back from one that stands at a breakpoint, nor from an orderly exit. What else is here is
    // started again elsewhere.
    if (this.#session?.isPaused) endProcess()
    this.#session?.dispose()
    this.#isolate.dispose()
    endUnlessStopped(() => this.isEntered) // entries fail when their code has stopped
  }
}

/** For how long threads have held an isolate; undefined when it is gone: another thread may have disposed it. */
function heldMs(isolate: ivm.Isolate): number | undefined {
  try {
    return Number(isolate.cpuTime) / 1e6
  } catch {
    return undefined
  }
}

/** Bytes as a text with a character each: only primitives go through unwrapped. See `guest/entropy.ts`. */
function drawEntropy(count: unknown): string {
  const bytes = typeof count === 'number' && count >= 0 && count <= 65_536 ? Math.trunc(count) : 0
  return randomBytes(bytes).toString('latin1')
}

type DoorFunction = ivm.Reference<(json?: string | number, entryId?: number, settledBefore?: number) => string>

interface GuestParts {
  number: number
  host: GuestHost
  /** Shared with all guests of the isolate, see `guest/outbox.ts`. */
  running: SharedArrayBuffer
  limits: GuestLimits
}

async function createGuest(context: ivm.Context, script: ivm.Script, parts: GuestParts): Promise<Guest> {
  const door = await context.global.get('__ashlar', { reference: true })
  const take = (name: string): Promise<DoorFunction> => door.get(name, { reference: true }) as Promise<DoorFunction>
  const [connect, enter, goOn, recover, collect, abort, fire, reply] = await Promise.all(
    ['connect', 'enter', 'goOn', 'recover', 'collect', 'abort', 'fire', 'reply'].map(take),
  )
  if (!connect || !enter || !goOn || !recover || !collect || !abort || !fire || !reply) throw new Error('the prelude has no door')
  const shared = new ivm.ExternalCopy(parts.running).copyInto()
  const requestTimer = new ivm.Callback(parts.host.setTimer, { ignored: true })
  const report = new ivm.Callback(parts.host.report, { ignored: true })
  const entropy = new ivm.Callback(drawEntropy, { sync: true })
  await connect.apply(undefined, [requestTimer, entropy, report, JSON.stringify(parts.limits), shared, parts.number] as never)
  await script.run(context)
  return {
    enter: (calls, { id, settledBefore }) =>
      enter.apply(undefined, [calls, id, settledBefore], { result: { promise: true, copy: true } }),
    goOn: ({ id, settledBefore }) => goOn.apply(undefined, [id, settledBefore], { result: { promise: true, copy: true } }),
    recover: (failure) => recover.apply(undefined, [failure], { result: { copy: true } }),
    collect: (settledBefore) => collect.apply(undefined, [settledBefore], { result: { copy: true } }),
    abort: (ids) => abort.apply(undefined, [ids], { result: { copy: true } }),
    fire: (ids) => fire.apply(undefined, [ids], { result: { copy: true } }),
    reply: (answer) => reply.apply(undefined, [answer], { result: { copy: true } }),
    dispose() {
      for (const each of [door, connect, enter, goOn, recover, collect, abort, fire, reply]) each.release()
      context.release()
    },
  }
}
