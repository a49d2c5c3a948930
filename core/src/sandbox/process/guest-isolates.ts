import ivm from 'isolated-vm'
import { randomBytes } from 'node:crypto'
import type { Prelude } from '../prelude.ts'
import type { GuestLimits } from '../protocol.ts'
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
  /** Starts calls; JSON text `[GuestCall, …]`. Resolves with a flag (`1`: calls still run, `2`: {@link goOn}, `3`: {@link collect}) and the events gathered. */
  enter(calls: string, entry: EntryIds, timeoutMs: number): Promise<string>
  /** Starts what an entry had no time for. */
  goOn(entry: EntryIds, timeoutMs: number): Promise<string>
  /** An entry failed though the guest is well, see `guest/calls.ts`; JSON text `[entry id, message]`. Resolves as the entry would have. */
  recover(failure: string, timeoutMs: number): Promise<string>
  /** Takes what has gathered, in the same form. */
  collect(settledBefore: number, timeoutMs: number): Promise<string>
  /** The call whose code runs now, also while it does not pause and when it never did again; 0 where that is not known. */
  computing(): number
  /** Aborts calls; JSON text `[id, …]`. */
  abort(ids: string, timeoutMs: number): Promise<void>
  /** Runs timers that are due; JSON text `[timer id, …]`. */
  fire(ids: string, timeoutMs: number): Promise<void>
  /** Answers a call to the host; JSON text, see `guest/host-calls.ts`. */
  reply(answer: string, timeoutMs: number): Promise<void>
  dispose(): void
}

/** An isolate: the heap of one owner and one digest. */
export interface GuestIsolate {
  readonly isDisposed: boolean
  /** Why it is disposed: it passed its memory limit, unless somebody here called `dispose`. */
  readonly endedBy: 'memory' | 'evicted'
  /** What has been computed in it, in milliseconds. */
  readonly cpuMs: number
  /** Whether a debugger may look into it: then nobody can say how long an entry takes. */
  readonly isInspected: boolean
  /** @throws what the plugin's code throws while it loads. */
  createGuest(onTimer: (id: number, delayMs: number) => void): Promise<Guest>
  /** Gives its inspector a message, if it has one. */
  inspect(message: string): void
  /** The same heap for the code of another plugin, which may be trusted with what the one before has left: it replaces this. */
  handOn(code: string, name: string): GuestIsolate
  dispose(): void
}

export interface IsolateOptions {
  /** Heap of most isolates: one of this size is made ahead of need. */
  memoryMb: number
  loadTimeoutMs: number
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

/** Of an entry. */
export const NO_TIMEOUT = 0
/** How long after one was taken the next is made ahead: whoever took it comes first. */
const MAKE_AHEAD_AFTER_MS = 20

/** Makes isolates that start with the prelude already evaluated. The one file that imports `isolated-vm`. */
export function createIsolateFactory(prelude: Prelude, options: IsolateOptions): IsolateFactory {
  const snapshot = ivm.Isolate.createSnapshot([{ code: prelude.code, filename: 'ashlar:guest' }], prelude.warmUp)
  const makeIsolate = (memoryMb: number, inspector = false): ivm.Isolate =>
    // After a catastrophic error V8's state is unknown: the process ends, its parent starts the calls again elsewhere.
    new ivm.Isolate({ memoryLimit: memoryMb, snapshot, inspector, onCatastrophicError: () => process.abort() })
  const makeBlank = (memoryMb: number): Blank => newContext(makeIsolate(memoryMb))
  let ahead: Blank | undefined = makeBlank(options.memoryMb)
  const take = (memoryMb: number): Blank => {
    if (memoryMb !== options.memoryMb) return makeBlank(memoryMb)
    const taken = ahead ?? makeBlank(memoryMb)
    if (ahead) setTimeout(() => (ahead ??= makeBlank(options.memoryMb)), MAKE_AHEAD_AFTER_MS)
    ahead = undefined
    return taken
  }
  return (code, name, memoryMb, onInspectorMessage) => {
    const blank = onInspectorMessage ? openInspector(makeIsolate(memoryMb, true), onInspectorMessage) : take(memoryMb)
    return load(blank, code, name, options)
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

function load({ isolate, context, session }: Blank, code: string, name: string, options: IsolateOptions): GuestIsolate {
  const script = isolate.compileScript(`__ashlar.define(function (require, module) {${code}\n})`, { filename: `${name}.js` })
  script.catch(() => {}) // told by createGuest
  let firstContext: Promise<ivm.Context> | undefined = context
  let endedBy: 'memory' | 'evicted' = 'memory'
  const computedMs = (): number => Number(isolate.cpuTime) / 1e6
  const cpuMsBefore = computedMs()
  return {
    get endedBy() {
      return endedBy
    },
    get cpuMs() {
      return isolate.isDisposed ? 0 : computedMs() - cpuMsBefore
    },
    get isDisposed() {
      return isolate.isDisposed
    },
    isInspected: session !== undefined,
    async createGuest(onTimer) {
      const created = firstContext ?? isolate.createContext({ inspector: session !== undefined })
      firstContext = undefined
      const loadTimeoutMs = session ? NO_TIMEOUT : options.loadTimeoutMs
      return createGuest(await created, await script, onTimer, { ...options, loadTimeoutMs })
    },
    inspect(message) {
      if (!isolate.isDisposed) session?.dispatch(message)
    },
    handOn: (nextCode, nextName) => load(newContext(isolate), nextCode, nextName, options),
    dispose() {
      if (isolate.isDisposed) return
      endedBy = 'evicted'
      // isolated-vm would never come back from one that stands at a breakpoint, nor from an orderly exit. What else is here is
      // started again elsewhere.
      if (session?.isPaused) process.abort()
      session?.dispose()
      isolate.dispose()
    },
  }
}

/** Bytes as a text with a character each: only primitives go through unwrapped. See `guest/entropy.ts`. */
function drawEntropy(count: unknown): string {
  const bytes = typeof count === 'number' && count >= 0 && count <= 65_536 ? Math.trunc(count) : 0
  return randomBytes(bytes).toString('latin1')
}

type DoorFunction = ivm.Reference<(json?: string | number, entryId?: number, settledBefore?: number) => string>

async function createGuest(
  context: ivm.Context,
  script: ivm.Script,
  onTimer: (id: number, delayMs: number) => void,
  { loadTimeoutMs, limits }: IsolateOptions,
): Promise<Guest> {
  const door = await context.global.get('__ashlar', { reference: true })
  const take = (name: string): Promise<DoorFunction> => door.get(name, { reference: true }) as Promise<DoorFunction>
  const [connect, enter, goOn, recover, collect, abort, fire, reply] = await Promise.all(
    ['connect', 'enter', 'goOn', 'recover', 'collect', 'abort', 'fire', 'reply'].map(take),
  )
  if (!connect || !enter || !goOn || !recover || !collect || !abort || !fire || !reply) throw new Error('the prelude has no door')
  const computing = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)
  const shared = new ivm.ExternalCopy(computing).copyInto()
  const requestTimer = new ivm.Callback(onTimer, { ignored: true })
  const entropy = new ivm.Callback(drawEntropy, { sync: true })
  await connect.apply(undefined, [requestTimer, entropy, JSON.stringify(limits), shared] as never)
  await script.run(context, { timeout: loadTimeoutMs })
  return {
    enter: (calls, { id, settledBefore }, timeout) =>
      enter.apply(undefined, [calls, id, settledBefore], { result: { promise: true, copy: true }, timeout }),
    goOn: ({ id, settledBefore }, timeout) =>
      goOn.apply(undefined, [id, settledBefore], { result: { promise: true, copy: true }, timeout }),
    recover: (failure, timeout) => recover.apply(undefined, [failure], { result: { copy: true }, timeout }),
    collect: (settledBefore, timeout) => collect.apply(undefined, [settledBefore], { result: { copy: true }, timeout }),
    abort: async (ids, timeout) => void (await abort.apply(undefined, [ids], { timeout })),
    fire: async (ids, timeout) => void (await fire.apply(undefined, [ids], { timeout })),
    reply: async (answer, timeout) => void (await reply.apply(undefined, [answer], { timeout })),
    computing: () => new Float64Array(computing)[0] ?? 0,
    dispose() {
      for (const each of [door, connect, enter, goOn, recover, collect, abort, fire, reply]) each.release()
      context.release()
    },
  }
}
