import { AshlarError } from '../base/index.ts'
import {
  type Call,
  type CallRequest,
  type CallSink,
  canRunAgain,
  effectInterrupted,
  limitError,
  loadFailure,
  type Loss,
  lostTooOften,
  newCall,
  RecordSpace,
  prepareRestart,
  isolationTooWeak,
  wrapEnd,
} from './calls/index.ts'
import { encodeFrame, IDS_PER_CALL, getMaxMessageBytes } from './channel/index.ts'
import { BundleInspector, type Inspector } from './inspector/index.ts'
import { isWeaker, type Isolation, DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from './limits/index.ts'
import { prepare, processOptions, startOrphanCleanup } from './launch/index.ts'
import { createProcessStarter, type StartProcess, SandboxProcess } from './supervisor/index.ts'

/** Runs code in sandbox processes. */
export interface Sandbox {
  /** The isolation level between a compromised sandbox process and this machine. */
  readonly isolation: Isolation
  /** @returns a function that aborts the call, after which its sink is no longer called */
  call(request: CallRequest, sink: CallSink): () => void
  /** Releases the contexts of an execution that has ended. */
  forget(scope: string): void
  /** Creates an inspector for the code of an owner. It has an isolate once it receives a bundle. */
  inspect(place: Pick<CallRequest, 'owner' | 'cordon'>): Inspector
  /** Resident processes, for tests and metrics. */
  pids(): number[]
  close(): Promise<void>
}

/** Starts of a call that is repeatedly lost for external reasons and makes no progress. */
const MAX_ATTEMPTS = 5
/** Starts of a call, including those after it was evicted because of another call. */
const MAX_STARTS = 50
/**
 * After this number of consecutive processes that ended before they were ready, the pool creates no spare process in
 * advance.
 */
const MAX_FAILED_FORKS = 5
/** To create an isolate to inspect. */
const OPEN_TIMEOUT_MS = 10_000
/** The number of concurrent trials. */
const MAX_TRIALS = 2

/**
 * Starts sandbox processes by *cordon* (see `CallRequest`) and keeps one spare process ready.
 *
 * If a guest or a process is lost while it runs one call, or if it is known which call's code ran, that call ends with
 * the code of the limit that it exceeded. Otherwise each call becomes a suspect and runs again alone, in a separate
 * process (a trial). The responsible call is lost again, and the others finish without delivering their earlier outputs
 * again. Calls that were lost because the process was killed from outside are started again. A call that must not
 * repeat its effects runs again with the recorded responses of its host, see {@link HostCallRecord}.
 *
 * @param strongest an upper bound for the isolation, for tests of the weaker ones. @default the strongest that works on
 * this machine
 */
export async function createSandbox(limits: Partial<SandboxLimits> = {}, strongest?: Isolation): Promise<Sandbox> {
  const { launch, program, snapshot } = await prepare(strongest)
  const { isolation } = launch
  const allLimits = { ...DEFAULT_SANDBOX_LIMITS, ...limits }
  const firstFrame = Buffer.concat(encodeFrame(processOptions(snapshot, isolation, allLimits)))
  const pool = new Pool(createProcessStarter(launch, program, firstFrame, getMaxMessageBytes(allLimits)), isolation, allLimits)
  await pool.warmUp()
  const stop = startOrphanCleanup(launch)
  return {
    isolation,
    call: (request, sink) => pool.call(request, sink),
    forget: (scope) => pool.forget(scope),
    inspect: (place) => pool.inspect(place),
    pids: () => pool.processes().flatMap(({ pid }) => pid ?? []),
    close() {
      stop()
      return pool.close()
    },
  }
}

class Pool {
  readonly #startProcess: StartProcess
  readonly #isolation: Isolation
  readonly #limits: SandboxLimits
  readonly #cordons = new Map<string, SandboxProcess[]>()
  readonly #homes = new Map<string, SandboxProcess>()
  readonly #suspects: Call[] = []
  /** Calls that wait because there is not enough memory for another process. */
  #waiting: Call[] = []
  readonly #trials = new Map<SandboxProcess, Call>()
  readonly #inspectors = new Set<BundleInspector>()
  readonly #recordSpace = new RecordSpace()
  #spare: SandboxProcess
  #nextId = IDS_PER_CALL
  #failedForks = 0
  #closed = false

  constructor(startProcess: StartProcess, isolation: Isolation, limits: SandboxLimits) {
    this.#startProcess = startProcess
    this.#isolation = isolation
    this.#limits = limits
    this.#spare = this.#fork()
  }

  warmUp(): Promise<void> {
    return this.#spare.ready
  }

  processes(): SandboxProcess[] {
    return [...this.#cordons.values(), [...this.#trials.keys()], [this.#spare]].flat()
  }

  call(request: CallRequest, sink: CallSink): () => void {
    const call = newCall(this.#nextId, request, sink, this.#recordSpace)
    this.#nextId += IDS_PER_CALL
    if (request.isExclusive) call.sink = wrapEnd(call.sink, () => this.forget(call.request.scope))
    this.#start(prepareRestart(call))
    return () => this.#abort(call)
  }

  forget(scope: string): void {
    this.#homes.delete(scope)
    for (const process of this.processes()) process.forget(scope)
  }

  inspect({ owner, cordon }: Pick<CallRequest, 'owner' | 'cordon'>): Inspector {
    const inspector: BundleInspector = new BundleInspector({
      owner,
      open: (bundle) => this.#openIsolate({ bundle, owner, cordon }),
      closed: () => this.#inspectors.delete(inspector),
    })
    this.#inspectors.add(inspector)
    return inspector
  }

  /** Creates an isolate by making a first call in it. */
  #openIsolate(place: Pick<CallRequest, 'bundle' | 'owner' | 'cordon'>): Promise<void> {
    const request = { ...place, kind: 'describe', scope: 'inspector', affinity: 'inspector', block: '' } as const
    return new Promise((resolve, reject) => {
      const end = (error?: AshlarError): void => (error ? reject(error) : resolve())
      this.call({ ...request, input: () => 'null', timeoutMs: OPEN_TIMEOUT_MS }, { output: () => {}, end })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const inspector of this.#inspectors) inspector.close()
    await Promise.all(this.processes().map((process) => process.close()))
  }

  #start(call: Call): void {
    if (this.#closed) return call.sink.end(new AshlarError('SHUTTING_DOWN', 'the worker is stopping'))
    if (this.#isTooWeakFor(call.request)) return call.sink.end(isolationTooWeak(this.#isolation, this.#limits.weakestIsolation))
    const home = this.#findHome(call.request)
    if (!home) return void this.#waiting.push(call)
    call.attempts++
    call.stretched = call.starts === 1 && call.request.stretch !== undefined
    home.start(call)
  }

  #isTooWeakFor({ cordon }: CallRequest): boolean {
    return cordon !== 'builtin' && isWeaker(this.#isolation, this.#limits.weakestIsolation)
  }

  #startWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const call of waiting) if (!call.aborted) this.#start(prepareRestart(call))
  }

  #abort(call: Call): void {
    call.aborted = true
    call.record?.end()
    for (const process of this.processes()) process.abort(call)
    for (const [process, tried] of this.#trials) if (tried === call) this.#endTrial(process)
    if (call.request.isExclusive) this.forget(call.request.scope)
  }

  /**
   * The process of the cordon that already runs calls with this affinity, otherwise the one with the fewest calls;
   * undefined while there is not enough memory for another process.
   */
  #findHome({ cordon, affinity }: CallRequest): SandboxProcess | undefined {
    const home = this.#homes.get(affinity)
    const processes = this.#cordons.get(cordon) ?? []
    if (home && processes.includes(home)) return home
    const chosen = this.#leastBusy(cordon, processes)
    if (chosen) this.#homes.set(affinity, chosen)
    return chosen
  }

  #leastBusy(cordon: string, processes: SandboxProcess[]): SandboxProcess | undefined {
    const [first] = processes.toSorted((a, b) => a.inFlight.size - b.inFlight.size)
    const most = cordon === 'builtin' ? this.#limits.processes : 1
    if (first && (first.inFlight.size === 0 || processes.length >= most)) return first
    if (!this.#makeRoom()) return first
    const fresh = this.#takeSpare()
    this.#cordons.set(cordon, [...processes, fresh])
    return fresh
  }

  /** Ends idle processes, the least recently used first. @returns whether there is enough memory for another process */
  #makeRoom(): boolean {
    const used = [...this.#cordons.values()].flat()
    let memoryMb = this.processes().reduce((sum, process) => sum + process.memoryMb, 0)
    const idle = used.filter(({ inFlight }) => inFlight.size === 0).toSorted((a, b) => a.usedAt - b.usedAt)
    for (const process of idle) {
      if (memoryMb + this.#spare.memoryMb <= this.#limits.memoryMb) break
      memoryMb -= process.memoryMb
      process.retire()
    }
    return memoryMb + this.#spare.memoryMb <= this.#limits.memoryMb || [...this.#cordons.values()].flat().length === 0
  }

  #takeSpare(): SandboxProcess {
    const taken = this.#spare.isEnded ? this.#fork() : this.#spare
    this.#spare = this.#fork()
    return taken
  }

  #fork(): SandboxProcess {
    const process: SandboxProcess = new SandboxProcess(this.#startProcess, this.#limits, {
      lost: (calls, loss) => this.#lost(process, calls, loss),
      ended: () => this.#remove(process),
      adopted: (id, request, sink) => this.#adopted(id, request, sink),
      abort: (call) => this.#abort(call),
      idle: () => this.#startWaiting(),
      findInspector: (guest) => this.#inspectors.values().find(({ isolate }) => guest.startsWith(`${isolate}|`)),
    })
    process.ready.then(
      () => (this.#failedForks = 0),
      () => this.#failedForks++,
    )
    return process
  }

  #adopted(id: number, request: CallRequest, sink: CallSink): Call {
    const call = prepareRestart(newCall(id, request, sink, this.#recordSpace))
    call.attempts = 1
    call.stretched = true
    return call
  }

  #remove(process: SandboxProcess): void {
    for (const [cordon, processes] of this.#cordons) {
      const left = processes.filter((each) => each !== process)
      if (left.length > 0) this.#cordons.set(cordon, left)
      else this.#cordons.delete(cordon)
    }
    this.#startWaiting()
    if (process === this.#spare && !this.#closed && this.#failedForks < MAX_FAILED_FORKS) this.#spare = this.#fork()
  }

  #lost(process: SandboxProcess, calls: Call[], loss: Loss): void {
    const isTrial = this.#trials.has(process)
    const guiltyCall = 'call' in loss && !isTrial ? loss.call : undefined
    const isAlone = isTrial || (calls.length === 1 && !calls[0]?.stretched)
    for (const call of calls) {
      if (call.aborted) continue
      if (loss.kind === 'evicted') call.attempts = 1 // this call was not responsible
      else if (!process.isReady && this.#failedForks < MAX_FAILED_FORKS) call.attempts-- // the call has not run
      const guilty = guiltyCall === undefined ? isAlone : guiltyCall === call.id
      if (loss.kind === 'load') call.sink.end(loadFailure(loss.message))
      else if (isLimit(loss) && guilty && !this.#mayBelongToOthers(loss, call, process))
        call.sink.end(limitError(loss, call, this.#limits))
      else if (!canRunAgain(call)) call.sink.end(effectInterrupted(loss))
      else if (isLimit(loss)) this.#tryAgain(call, guiltyCall !== undefined)
      else if (call.attempts >= MAX_ATTEMPTS || call.starts >= MAX_STARTS) call.sink.end(lostTooOften(loss, call))
      else if (isTrial) this.#suspects.push(prepareRestart(call))
      else this.#start(prepareRestart(call))
    }
    this.#endTrial(process)
    this.#tryNext()
  }

  /**
   * Whether calls that have ended may hold the memory. If so, the only call in flight is tried alone, provided that it
   * can run again.
   */
  #mayBelongToOthers(loss: Loss, call: Call, process: SandboxProcess): boolean {
    const isProven = this.#trials.has(process) || process.calls === 1 || ('call' in loss && loss.call === call.id)
    return loss.kind === 'memory' && !isProven && canRunAgain(call)
  }

  /** @param isKnown whether another call is known to be responsible */
  #tryAgain(call: Call, isKnown: boolean): void {
    if (isKnown && call.attempts === 1) this.#start(prepareRestart(call))
    else this.#suspects.push(prepareRestart(call))
  }

  /** Tries suspects in separate processes, a few at a time. */
  #tryNext(): void {
    while (this.#trials.size < MAX_TRIALS && !this.#closed) {
      const call = this.#suspects.shift()
      if (!call) return
      if (!call.aborted) this.#try(call)
    }
  }

  #try(call: Call): void {
    const process = this.#takeSpare()
    this.#trials.set(process, call)
    call.attempts++
    call.stretched = false
    call.sink = wrapEnd(call.sink, () => this.#endTrial(process))
    process.start(call)
  }

  #endTrial(process: SandboxProcess): void {
    if (!this.#trials.delete(process)) return
    void process.close()
    this.#tryNext()
  }
}

/** Whether one of the lost calls caused the loss. */
function isLimit({ kind }: Loss): boolean {
  return kind !== 'exit' && kind !== 'evicted'
}
