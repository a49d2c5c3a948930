import { AshlarError } from '../../base/index.ts'
import { AbortingCalls } from './aborting-calls.ts'
import {
  answerHostCall,
  type Call,
  CallQueue,
  type CallRequest,
  callsIn,
  type CallSink,
  CpuAccounts,
  cpuLimit,
  exitOf,
  ForeseenCalls,
  guestError,
  type HostCallEvent,
  type Loss,
  parseEvents,
  refusalOf,
  startReading,
  takeLog,
  type TakenEvent,
  type TakenOutput,
  timeout,
} from '../calls/index.ts'
import type { SandboxLimits } from '../limits/index.ts'
import { InspectedIsolates } from '../inspector/index.ts'
import type { ProcessLink, StartProcess } from './process-link.ts'
import { isolateOfGuest, maxReportCharsOf, type FromProcess, type ToProcess } from '../channel/index.ts'
import { ProcessWatch } from './process-watch.ts'
import type { SandboxProcessEvents } from './sandbox-process-events.ts'

/** Calls in flight from which on a millisecond's wait costs nobody anything. */
const BUSY = 64

/**
 * The worker's side of one sandbox process: sends calls in batches, hands results to their sinks, and keeps the limits. See
 * {@link ProcessWatch} for those of the whole process.
 */
export class SandboxProcess {
  /** Whether it can have run anything. */
  isReady = false
  readonly inFlight = new Map<number, Call>()
  readonly #foreseen = new ForeseenCalls({
    isTaken: (id) => this.inFlight.has(id),
    adopt: (id, events, request, sink) => this.#adopt(id, events, request, sink),
    abort: (guest, id) => this.#send(['abort', guest, [id]]),
  })
  readonly #link: ProcessLink
  readonly #limits: SandboxLimits
  readonly #events: SandboxProcessEvents
  readonly #digests = new Set<string>()
  /** Scopes that have contexts of their own here. */
  readonly #scopes = new Set<string>()
  readonly #aborting = new AbortingCalls()
  readonly #cpu = new CpuAccounts(this.inFlight)
  readonly #inspected: InspectedIsolates
  readonly #queue = new CallQueue({
    send: (batches) => this.#send(['calls', batches]),
    isBusy: () => this.inFlight.size >= BUSY,
  })
  readonly #watch: ProcessWatch
  readonly #gone = Promise.withResolvers<void>()
  #loss: Loss | undefined
  /** On the clock of `performance.now()`: the last time that a call was started. */
  usedAt = 0
  /** How many calls have run in it. */
  calls = 0
  #ended = false

  constructor(start: StartProcess, limits: SandboxLimits, events: SandboxProcessEvents) {
    this.#limits = limits
    this.#events = events
    this.#inspected = new InspectedIsolates({
      find: (guest) => events.inspectorOf(guest),
      send: (message) => this.#send(message),
      stoodStill: (isolate, ms) => this.#inIsolate(isolate).forEach((call) => (call.deadline += ms)),
    })
    this.#link = start({
      ready: () => (this.isReady = true),
      message: (message) => this.#receive(message),
      broken: () => this.kill({ kind: 'crash' }),
      exited: (how) => this.#exited(how),
    })
    this.#watch = this.#createWatch()
  }

  /** Rejects when the process ends before it can take calls. */
  get ready(): Promise<void> {
    return this.#link.ready
  }

  get isEnded(): boolean {
    return this.#ended
  }

  /** As seen from this process; undefined until it is known. */
  get pid(): number | undefined {
    return this.#link.pid
  }

  /** Resident, when it was last measured. */
  get memoryMb(): number {
    return this.#watch.memoryMb
  }

  #createWatch(): ProcessWatch {
    return new ProcessWatch({
      pid: () => this.pid,
      limits: this.#limits,
      isReady: () => this.isReady,
      hasCalls: () => this.inFlight.size > 0,
      hasAborted: () => !this.#aborting.isEmpty,
      sweep: (ownMs, wallMs) => this.#sweep(ownMs, wallMs),
      ping: () => this.#send(['ping']),
      measured: (mb) => this.#send(['memory', mb]),
      kill: (loss) => this.kill(loss),
    })
  }

  start(call: Call): void {
    const { bundle, scope } = call.request
    this.#inspected.prepare(call.guest)
    if (!this.#digests.has(bundle.digest)) {
      this.#digests.add(bundle.digest)
      this.#send(['plugin', bundle.digest, bundle.code, bundle.memoryMb ?? this.#limits.isolateMemoryMb])
    }
    if (scope !== '') this.#scopes.add(scope)
    this.#begin(call)
    this.#queue.add(call)
  }

  #begin(call: Call): void {
    this.inFlight.set(call.id, call)
    this.usedAt = performance.now()
    this.calls++
    this.#cpu.strayMs = 0
    this.#watch.began()
  }

  /** Nobody wants the result any more. */
  abort(call: Call): void {
    if (!this.inFlight.delete(call.id)) return
    this.#queue.remove(call)
    this.#aborting.add(call.guest, call.id)
    this.#send(['abort', call.guest, [call.id]])
  }

  forget(scope: string): void {
    if (this.#scopes.delete(scope)) this.#send(['forget', scope])
  }

  /** Takes no more calls, and ends when the last in flight has. */
  retire(): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.ended()
    if (this.inFlight.size === 0) this.kill()
  }

  /** SIGKILL: plugin code cannot delay it. */
  kill(loss?: Loss): void {
    this.#loss ??= loss
    this.#link.kill()
  }

  /** Resolves when the process is gone. What is still called in it ends with SHUTTING_DOWN. */
  async close(): Promise<void> {
    for (const { sink } of this.#takeAll()) sink.end(new AshlarError('SHUTTING_DOWN', 'the worker is stopping'))
    this.#foreseen.clear()
    this.#watch.stop()
    this.kill()
    await this.#gone.promise
  }

  #takeAll(): Call[] {
    const calls = [...this.inFlight.values()]
    this.inFlight.clear()
    return calls
  }

  #send(message: ToProcess): void {
    this.#link.send(message)
  }

  /** @returns whether the message was of use, see `ProcessConduct` */
  #receive(message: FromProcess): boolean {
    this.#watch.heard()
    if (message[0] === 'events') return this.#takeAllEvents(message[1])
    if (message[0] === 'aborted') this.#aborting.heard(message[1], message[2])
    if (message[0] === 'inspector') this.#takeInspection(message[1], message[2])
    if (message[0] === 'lost') this.#takeLoss(message[1], message[2])
    return true
  }

  #takeLoss(guest: string, reason: Loss): void {
    const lost = [...this.inFlight.values()].filter((call) => call.guest === guest)
    for (const call of lost) this.inFlight.delete(call.id)
    this.#foreseen.forget(guest)
    // What runs on after it passed its memory limit cannot be stopped but with its process.
    if (reason.kind === 'memory' || reason.kind === 'crash') this.#retireSoon()
    this.#events.lost(lost, this.#aborting.lost(guest) ? { kind: 'evicted' } : reason)
  }

  #retireSoon(): void {
    this.retire()
    setTimeout(() => this.kill({ kind: 'exit', detail: 'retired' }), 1000).unref()
  }

  #takeAllEvents(byGuest: [guest: string, events: string, cpuMs: number, computing: number][]): boolean {
    this.#watch.wake()
    let isUseful = false
    for (const [guest, json, cpuMs, computing] of byGuest) {
      const isolate = isolateOfGuest(guest)
      const payer = this.#cpu.callOf(isolate, computing) // it may end with this report
      const reading = startReading(json)
      const events = parseEvents(json, maxReportCharsOf(this.#limits))
      if (!events) this.kill({ kind: 'crash' })
      isUseful = this.#takeEvents(guest, events ?? []) || this.#aborting.has(guest) || isUseful
      this.#charge(isolate, this.#cpu.take(isolate, cpuMs), payer ?? computing)
      if (reading) this.#charge(isolate, reading.cpuMs(), payer ?? 0)
    }
    if (this.#ended && this.inFlight.size === 0) this.kill()
    return isUseful
  }

  #charge(isolate: string, ms: number, payer: Call | number): void {
    const maxCpuMs = this.#inspected.has(isolate) ? Infinity : this.#limits.maxCpuMs // there are deadlines
    for (const call of this.#cpu.charge(isolate, ms, payer))
      if (call.cpuMs > maxCpuMs && this.inFlight.has(call.id)) this.#passLimit(call, cpuLimit(maxCpuMs))
    if (this.#cpu.strayMs > maxCpuMs) this.kill({ kind: 'exit', detail: 'its code continued after its calls had ended' })
  }

  #inIsolate(isolate: string): Call[] {
    return callsIn(isolate, this.inFlight)
  }

  #takeInspection(isolate: string, message: string): void {
    if (message.length <= maxReportCharsOf(this.#limits)) this.#inspected.receive(isolate, message)
    else this.kill({ kind: 'crash' })
  }

  #passLimit(call: Call, error: AshlarError): void {
    this.abort(call)
    call.sink.end(error)
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.inFlight.size === 0) this.#events.idle()
  }

  /** A guest reports only events of its own calls. @returns whether there were any, of calls in flight or foreseen */
  #takeEvents(guest: string, events: TakenEvent[]): boolean {
    let isUseful = false
    for (const event of events) {
      const call = this.inFlight.get(event.id)
      if (call?.guest === guest) this.#takeEvent(call, event)
      isUseful = call ? isUseful || call.guest === guest : this.#foreseen.report(guest, event) || isUseful
    }
    if (this.#foreseen.keptChars > this.#limits.maxOutputBytes) this.kill({ kind: 'crash' })
    return isUseful
  }

  #takeEvent(call: Call, event: TakenEvent): void {
    if (event.t === 'o') this.#takeOutput(call, event)
    else if (event.t === 'c') void this.#answer(call, event)
    else if (event.t === 'l') takeLog(call, event.level, event.text, this.#limits.maxLogChars)
    else if (event.t === 'p') call.sink.progress?.(event.fraction, event.note)
    else if (event.t === 'd') call.sink.manifest?.(event.manifest)
    else this.#end(call, event.code === undefined ? undefined : guestError(call, event))
  }

  #takeOutput(call: Call, event: TakenOutput): void {
    if (call.skip > 0) return void call.skip--
    const { pin, v: value = null, next } = event
    const refusal = refusalOf(call, event, this.#limits)
    if (refusal) return this.#passLimit(call, refusal)
    call.sink.output(pin, value, next && call.stretched ? this.#foreseen.announce(call.guest, call.id, next) : undefined)
  }

  #adopt(id: number, events: TakenEvent[], request: CallRequest, sink: CallSink): () => void {
    const call = this.#events.adopted(id, request, sink)
    this.#begin(call)
    for (const event of events) if (this.inFlight.get(id) === call) this.#takeEvent(call, event)
    return () => this.#events.abort(call)
  }

  async #answer(call: Call, asked: HostCallEvent): Promise<void> {
    try {
      const answer = await answerHostCall(call, asked, this.#limits)
      if (answer !== undefined && this.inFlight.has(call.id)) this.#send(['reply', call.guest, answer])
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      if (this.inFlight.has(call.id)) this.#passLimit(call, error)
    }
  }

  #end(call: Call, error?: AshlarError): void {
    this.inFlight.delete(call.id)
    call.sink.end(error ?? call.record?.errorAtEnd)
    this.#tellIdle()
  }

  #sweep(ownMs: number, wallMs: number): void {
    const now = performance.now()
    for (const call of this.inFlight.values())
      if (now > call.deadline && !this.#inspected.isPaused(call.guest)) this.#passLimit(call, timeout(call))
    const mayCompute = (guest: string): boolean => this.#inIsolate(isolateOfGuest(guest)).length > 0
    if (this.isReady && this.#aborting.isOverdue(ownMs, wallMs, mayCompute))
      this.kill({ kind: 'exit', detail: 'the code of an aborted call did not stop' })
  }

  #exited(how: string): void {
    this.#watch.stop()
    const calls = this.#takeAll()
    this.#foreseen.clear()
    if (!this.#ended) {
      this.#ended = true
      this.#events.ended()
    }
    this.#inspected.end()
    this.#gone.resolve()
    if (calls.length > 0 && !this.#aborting.isEmpty) return this.#events.lost(calls, { kind: 'evicted' })
    if (calls.length > 0) this.#events.lost(calls, this.#loss ?? exitOf(how, this.#link.stderr))
  }
}
