import { AshlarError } from '../base/index.ts'
import {
  type Call,
  type CallRequest,
  type CallSink,
  canRunAgain,
  interrupted,
  limitError,
  loadFailure,
  type Loss,
  lostTooOften,
  newCall,
  RecordSpace,
  restarted,
  tooWeak,
  wrapEnd,
} from './calls/index.ts'
import { encodeFrame, IDS_PER_CALL, maxMessageBytesOf } from './channel/index.ts'
import { BundleInspector, type Inspector } from './inspector/index.ts'
import { isWeaker, type Isolation, DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from './limits/index.ts'
import { killLeftProcesses, planLaunch, processOptions, makeSnapshot } from './launch/index.ts'
import { buildPrelude, buildProgram } from './programs/index.ts'
import { createProcessStarter, type StartProcess, SandboxProcess } from './supervisor/index.ts'

/** Runs code in sandbox processes. */
export interface Sandbox {
  /** The isolation level between a compromised sandbox process and this machine. */
  readonly isolation: Isolation
  /** @returns a function that aborts the call: its sink hears nothing more. */
  call(request: CallRequest, sink: CallSink): () => void
  /** An execution has ended: its contexts are released. */
  forget(scope: string): void
  /** Lets a debugger into what runs for an owner, as soon as it is shown a bundle. */
  inspect(place: Pick<CallRequest, 'owner' | 'cordon'>): Inspector
  /** Resident processes, for tests and metrics. */
  pids(): number[]
  close(): Promise<void>
}

/** Starts of a call that is lost each time through no fault of its own and makes no progress. */
const MAX_ATTEMPTS = 5
/** Starts of a call, including those after it had to make way for another. */
const MAX_STARTS = 50
/** Processes in a row that ended before they were ready, after which no spare is made ahead of need. */
const MAX_FAILED_FORKS = 5
const OPEN_TIMEOUT_MS = 10_000 // of the isolate that a debugger looks into
/** Suspects that are tried alone at once. */
const MAX_TRIALS = 2

/**
 * Starts sandbox processes by *cordon* (see the design, section 4) and keeps one warm spare.
 *
 * When a guest or a process is lost with one call in it, or it is known whose code did it, that call ends with the code of the
 * limit it passed. Otherwise the guilty call is not known: each becomes a suspect and is tried alone, in a process of its own, where the
 * guilty one is lost again and the innocent ones finish; outputs they delivered before are left out.
 * Calls that a kill from outside took along are simply started again. A call that must not act twice is run again with the recorded
 * answers of its host, see {@link HostCallRecord}.
 *
 * @param strongest isolation to be used, for tests of the weaker ones. @default the strongest that works on this machine
 */
export async function createSandbox(limits: Partial<SandboxLimits> = {}, strongest?: Isolation): Promise<Sandbox> {
  const [prelude, launch, program] = await Promise.all([buildPrelude(), planLaunch(strongest), buildProgram('process/main')])
  const { isolation } = launch
  const allLimits = { ...DEFAULT_SANDBOX_LIMITS, ...limits }
  const firstFrame = encodeFrame(processOptions(await makeSnapshot(launch, prelude), isolation, allLimits))
  const pool = new Pool(createProcessStarter(launch, program, firstFrame, maxMessageBytesOf(allLimits)), isolation, allLimits)
  await pool.warmUp()
  const stop = killLeftProcesses(launch)
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
  /** Calls that need a process for which there is no room. */
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
    this.#start(restarted(call))
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

  /** Its first call makes an isolate. */
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
    if (this.#isTooWeakFor(call.request)) return call.sink.end(tooWeak(this.#isolation, this.#limits.weakestIsolation))
    const home = this.#homeOf(call.request)
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
    for (const call of waiting) if (!call.aborted) this.#start(restarted(call))
  }

  #abort(call: Call): void {
    call.aborted = true
    call.record?.end()
    for (const process of this.processes()) process.abort(call)
    for (const [process, tried] of this.#trials) if (tried === call) this.#endTrial(process)
  }

  /** The process of the cordon that already holds the execution, else the one with the fewest calls; none while there is no room. */
  #homeOf({ cordon, affinity }: CallRequest): SandboxProcess | undefined {
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

  /** Ends processes that do nothing, those first that were used longest ago. @returns whether there is room for another */
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
      inspectorOf: (guest) => this.#inspectors.values().find(({ isolate }) => guest.startsWith(`${isolate}|`)),
    })
    process.ready.then(
      () => (this.#failedForks = 0),
      () => this.#failedForks++,
    )
    return process
  }

  #adopted(id: number, request: CallRequest, sink: CallSink): Call {
    const call = restarted(newCall(id, request, sink, this.#recordSpace))
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
      if (loss.kind === 'evicted') call.attempts = 1 // that says nothing of it
      else if (!process.isReady && this.#failedForks < MAX_FAILED_FORKS) call.attempts-- // it has not run
      const guilty = guiltyCall === undefined ? isAlone : guiltyCall === call.id
      if (loss.kind === 'load') call.sink.end(loadFailure(loss.message))
      else if (isLimit(loss) && guilty && !this.#mayBeOthers(loss, call, process))
        call.sink.end(limitError(loss, call, this.#limits))
      else if (!canRunAgain(call)) call.sink.end(interrupted(loss))
      else if (isLimit(loss)) this.#tryAgain(call, guiltyCall !== undefined)
      else if (call.attempts >= MAX_ATTEMPTS || call.starts >= MAX_STARTS) call.sink.end(lostTooOften(loss, call))
      else if (isTrial) this.#suspects.push(restarted(call))
      else this.#start(restarted(call))
    }
    this.#endTrial(process)
    this.#tryNext()
  }

  /** Memory may have been left there by calls that have ended: then the only call in flight is tried alone, where it can be. */
  #mayBeOthers(loss: Loss, call: Call, process: SandboxProcess): boolean {
    const isProven = this.#trials.has(process) || process.calls === 1 || ('call' in loss && loss.call === call.id)
    return loss.kind === 'memory' && !isProven && canRunAgain(call)
  }

  /** @param isKnown it is known that another call did it */
  #tryAgain(call: Call, isKnown: boolean): void {
    if (isKnown && call.attempts === 1) this.#start(restarted(call))
    else this.#suspects.push(restarted(call))
  }

  /** Gives suspects a process each, a few at a time. */
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

/** Whether a call in what was lost has done it. */
function isLimit({ kind }: Loss): boolean {
  return kind !== 'exit' && kind !== 'evicted'
}
