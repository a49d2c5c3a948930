import ivm from 'isolated-vm'
import { randomBytes } from 'node:crypto'
import type { Prelude } from '../programs/index.ts'
import type { GuestLimits } from '../channel/index.ts'
import type { CpuClock, CpuMeter } from './cpu-clock.ts'
import { endProcess, endUnlessItStops } from './end-process.ts'
import { withinLoadTime } from './load-time.ts'
import { watchPauses, type InspectorSession, type OnInspectorMessage } from './inspector-session.ts'

/** Identifies an entry in a guest and in its host. */
export interface EntryIds {
  /** 0 for entries without a result. */
  id: number
  /** The host has received the results of all entries before this one. */
  settledBefore: number
}

/** A context of an isolate with a loaded plugin. It runs the calls of one owner, digest, scope and grant. */
export interface Guest {
  /**
   * Starts calls; JSON text `[GuestCall, …]`. Resolves with the state (`0`: no calls, `1`: calls are running, `2`: call
   * {@link resume}, `3`: call {@link collect}), the id of the call whose code ran last, a space and the gathered
   * events.
   */
  enter(calls: string, entry: EntryIds): Promise<string>
  /** Starts the calls that an entry did not start within its time. */
  resume(entry: EntryIds): Promise<string>
  /**
   * Returns the result of an entry that failed because of an unhandled rejection, see `guest/calls.ts`; JSON text
   * `[entry id, message]`. Resolves as the entry would have.
   */
  recover(failure: string): Promise<string>
  /** Collects the gathered events. Resolves in the same form. */
  collect(settledBefore: number): Promise<string>
  /** Aborts calls; JSON text `[id, …]`. Resolves in the same form, without events. */
  abort(ids: string): Promise<string>
  /** Runs the callbacks of timers; JSON text `[timer id, …]`. Resolves in the same form, without events. */
  fire(ids: string): Promise<string>
  /**
   * Passes the response to a host call; JSON text, see `guest/io/host-calls.ts`. Resolves in the same form, without
   * events.
   */
  reply(answer: string): Promise<string>
  dispose(): void
}

/** The functions that a guest calls without waiting for a result. */
interface GuestHost {
  setTimer(id: number, delayMs: number): void
  /** Receives events while code of the guest runs. */
  report(events: string, computing: number): void
}

/** An isolate: the heap of one owner and one digest. */
export interface GuestIsolate {
  readonly isDisposed: boolean
  /** Why it is disposed: `evicted` if `dispose` was called, otherwise `memory`. */
  readonly endedBy: 'memory' | 'evicted'
  /** CPU time of its code, in milliseconds. */
  readonly cpuMs: number
  /** The part of this time since its last entry returned. */
  readonly unansweredCpuMs: number
  /** Whether an entry into one of its guests has not returned. */
  readonly isEntered: boolean
  /**
   * The number of the guest that was entered last, and the call whose code runs in it, or 0 if that call is unknown.
   */
  readonly running: { guest: number; call: number }
  /** The call to which the running code most likely belongs; 0 if unknown, `LOADING` while a bundle is evaluated. */
  readonly computing: number
  /** Whether a debugger may inspect it. If so, the time of an entry is not limited. */
  readonly isInspected: boolean
  /** Waits for the result of an entry into one of its guests. */
  track<T>(answer: Promise<T>): Promise<T>
  /**
   * @param number the number of the guest, unique in the isolate
   * @throws the error of plugin code that fails to load
   */
  createGuest(number: number, host: GuestHost): Promise<Guest>
  /** Sends a message to its inspector, if it has one. */
  inspect(message: string): void
  /**
   * Replaces this isolate with one that uses the same heap for another plugin. Only for plugins that may see what
   * others have left in the heap.
   */
  handOn(code: string, name: string): GuestIsolate
  dispose(): void
}

export interface IsolateOptions {
  /** Heap limit of most isolates. One isolate with this limit is created in advance. */
  memoryMb: number
  limits: GuestLimits
  /** The time in which a bundle that awaits at its top level must be loaded. */
  loadTimeoutMs: number
}

/** @param onInspectorMessage allows a debugger to inspect the isolate */
type IsolateFactory = (code: string, name: string, memoryMb: number, onInspectorMessage?: OnInspectorMessage) => GuestIsolate

/** An isolate without a plugin, and its first context. */
interface EmptyIsolate {
  isolate: ivm.Isolate
  context: Promise<ivm.Context>
  session?: InspectorSession
}

/** The delay before the next isolate is created in advance, so that the call that took the last one runs first. */
const CREATE_NEXT_AFTER_MS = 20

/** @returns V8's heap after the evaluation of the prelude */
export function createSnapshot({ code, warmUp }: Prelude): ArrayBuffer {
  return ivm.Isolate.createSnapshot([{ code, filename: 'ashlar:guest' }], warmUp).copy()
}

/**
 * Creates isolates in which the prelude is already evaluated. Only this file imports `isolated-vm`.
 *
 * @param snapshotBuffer the result of {@link createSnapshot} in the same Node on the same machine
 */
export function createIsolateFactory(snapshotBuffer: ArrayBuffer, options: IsolateOptions, clock: CpuClock): IsolateFactory {
  const snapshot = new ivm.ExternalCopy(snapshotBuffer)
  const createIsolate = (memoryMb: number, inspector = false): ivm.Isolate =>
    // After a catastrophic error the state of V8 is unknown: the process ends, and the worker starts the calls again in
    // another one.
    new ivm.Isolate({ memoryLimit: memoryMb, snapshot, inspector, onCatastrophicError: () => process.abort() })
  const createEmpty = (memoryMb: number): EmptyIsolate => newContext(createIsolate(memoryMb))
  let ahead: EmptyIsolate | undefined
  setImmediate(() => (ahead ??= createEmpty(options.memoryMb))) // after the process has reported `ready`
  const take = (memoryMb: number): EmptyIsolate => {
    if (memoryMb !== options.memoryMb) return createEmpty(memoryMb)
    const taken = ahead ?? createEmpty(memoryMb)
    if (ahead) setTimeout(() => (ahead ??= createEmpty(options.memoryMb)), CREATE_NEXT_AFTER_MS)
    ahead = undefined
    return taken
  }
  return (code, name, memoryMb, onInspectorMessage) => {
    const blank = onInspectorMessage ? openInspector(createIsolate(memoryMb, true), onInspectorMessage) : take(memoryMb)
    return load(blank, code, name, { limits: options.limits, loadTimeoutMs: options.loadTimeoutMs, clock })
  }
}

function newContext(isolate: ivm.Isolate): EmptyIsolate {
  const context = isolate.createContext()
  context.catch(() => {}) // createGuest reports the error
  return { isolate, context }
}

/**
 * Only the thread that holds an isolate may open a session with its inspector, and `createInspectorSession` does not
 * make the thread hold it (isolated-vm 7.0.1). Therefore code in the isolate calls a function, on this thread, that
 * opens the session.
 */
function openInspector(isolate: ivm.Isolate, onMessage: OnInspectorMessage): EmptyIsolate {
  const context = isolate.createContextSync({ inspector: true })
  let session: ivm.InspectorSession | undefined
  context.evalClosureSync('$0()', [new ivm.Callback(() => void (session = isolate.createInspectorSession()))])
  if (!session) throw new Error('the isolate has no inspector')
  return { isolate, context: Promise.resolve(context), session: watchPauses(session, onMessage) }
}

interface LoadParts {
  limits: GuestLimits
  loadTimeoutMs: number
  clock: CpuClock
}

function load(blank: EmptyIsolate, code: string, name: string, parts: LoadParts): GuestIsolate {
  const script = blank.isolate.compileScript(`__ashlar.define(function (require, module) {${code}\n})`, {
    filename: `${name}.js`,
  })
  script.catch(() => {}) // createGuest reports the error
  return new LoadedIsolate(blank, script, parts)
}

class LoadedIsolate implements GuestIsolate {
  readonly #isolate: ivm.Isolate
  readonly #session: InspectorSession | undefined
  readonly #script: Promise<ivm.Script>
  readonly #parts: LoadParts
  readonly #meter: CpuMeter
  /** Shared with all guests, see `guest/io/outbox.ts`. */
  readonly #running = new SharedArrayBuffer(3 * Float64Array.BYTES_PER_ELEMENT)
  #firstContext: Promise<ivm.Context> | undefined
  #unanswered = 0
  #answeredAtCpuMs = 0
  endedBy: 'memory' | 'evicted' = 'memory'

  constructor({ isolate, context, session }: EmptyIsolate, script: Promise<ivm.Script>, parts: LoadParts) {
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
    const { limits, loadTimeoutMs } = this.#parts
    const parts = { number, host, running: this.#running, limits, loadTimeoutMs }
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
    // For an isolate that is paused at a breakpoint, neither isolated-vm's dispose nor a normal exit would return. The
    // worker starts the other calls of this process again.
    if (this.#session?.isPaused) endProcess()
    this.#session?.dispose()
    this.#isolate.dispose()
    endUnlessItStops(() => this.isEntered) // entries fail when their code stops
  }
}

/** For how long threads have held an isolate; undefined after it was disposed, which may happen on another thread. */
function heldMs(isolate: ivm.Isolate): number | undefined {
  try {
    return Number(isolate.cpuTime) / 1e6
  } catch {
    return undefined
  }
}

/**
 * Returns bytes as a text with a character for each, because only primitive values cross unwrapped. See
 * `guest/io/entropy.ts`.
 */
function drawEntropy(count: unknown): string {
  const bytes = typeof count === 'number' && count >= 0 && count <= 65_536 ? Math.trunc(count) : 0
  return randomBytes(bytes).toString('latin1')
}

type EntryPoint = ivm.Reference<(json?: string | number, entryId?: number, settledBefore?: number) => string>

interface GuestParts {
  number: number
  host: GuestHost
  /** Shared with all guests of the isolate, see `guest/io/outbox.ts`. */
  running: SharedArrayBuffer
  limits: GuestLimits
  loadTimeoutMs: number
}

async function createGuest(context: ivm.Context, script: ivm.Script, parts: GuestParts): Promise<Guest> {
  const entryPoints = await context.global.get('__ashlar', { reference: true })
  const take = (name: string): Promise<EntryPoint> => entryPoints.get(name, { reference: true }) as Promise<EntryPoint>
  const [connect, loaded, enter, resume, recover, collect, abort, fire, reply] = await Promise.all(
    ['connect', 'loaded', 'enter', 'resume', 'recover', 'collect', 'abort', 'fire', 'reply'].map(take),
  )
  if (!connect || !loaded || !enter || !resume || !recover || !collect || !abort || !fire || !reply)
    throw new Error('an entry point is missing')
  const shared = new ivm.ExternalCopy(parts.running).copyInto()
  const requestTimer = new ivm.Callback(parts.host.setTimer, { ignored: true })
  const report = new ivm.Callback(parts.host.report, { ignored: true })
  const entropy = new ivm.Callback(drawEntropy, { sync: true })
  await connect.apply(undefined, [requestTimer, entropy, report, JSON.stringify(parts.limits), shared, parts.number] as never)
  if ((await script.run(context)) === true)
    await withinLoadTime(loaded.apply(undefined, [], { result: { promise: true } }), parts.loadTimeoutMs)
  return {
    enter: (calls, { id, settledBefore }) =>
      enter.apply(undefined, [calls, id, settledBefore], { result: { promise: true, copy: true } }),
    resume: ({ id, settledBefore }) => resume.apply(undefined, [id, settledBefore], { result: { promise: true, copy: true } }),
    recover: (failure) => recover.apply(undefined, [failure], { result: { copy: true } }),
    collect: (settledBefore) => collect.apply(undefined, [settledBefore], { result: { copy: true } }),
    abort: (ids) => abort.apply(undefined, [ids], { result: { copy: true } }),
    fire: (ids) => fire.apply(undefined, [ids], { result: { copy: true } }),
    reply: (answer) => reply.apply(undefined, [answer], { result: { copy: true } }),
    dispose() {
      for (const each of [entryPoints, connect, loaded, enter, resume, recover, collect, abort, fire, reply]) each.release()
      context.release()
    },
  }
}
