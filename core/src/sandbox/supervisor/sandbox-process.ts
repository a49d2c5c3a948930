import { AshlarError } from '../../base/index.ts'
import { AbortingCalls } from './aborting-calls.ts'
import {
  answerHostCall,
  type Call,
  CallQueue,
  type CallRequest,
  findCalls,
  type CallSink,
  CpuAccounts,
  cpuLimit,
  toLoss,
  ForeseenCalls,
  toGuestError,
  type HostCallEvent,
  type Loss,
  parseEvents,
  checkOutput,
  measureReading,
  forwardReport,
  type CheckedEvent,
  type CheckedOutput,
  timeout,
} from '../calls/index.ts'
import type { SandboxLimits } from '../limits/index.ts'
import { InspectedIsolates } from '../inspector/index.ts'
import type { ProcessLink, StartProcess } from './process-link.ts'
import { isolateName, getMaxReportChars, type FromProcess, type ToProcess } from '../channel/index.ts'
import { ProcessWatch } from './process-watch.ts'
import type { SandboxProcessEvents } from './sandbox-process-events.ts'

/**
 * The worker's side of one sandbox process. It sends calls in batches, passes results to their sinks, and enforces the
 * limits of calls. {@link ProcessWatch} enforces the limits of the process.
 */
export class SandboxProcess {
  /** Whether the process has started, so that it may have run calls. */
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
  /** The scopes with contexts in this process. */
  readonly #scopes = new Set<string>()
  readonly #aborting = new AbortingCalls()
  readonly #cpu = new CpuAccounts(this.inFlight)
  readonly #inspected: InspectedIsolates
  readonly #queue = new CallQueue({
    send: (batches) => this.#send(['calls', batches]),
    refuse: (call, error) => this.inFlight.has(call.id) && this.#endWithError(call, error),
    inFlight: () => this.inFlight.size,
  })
  readonly #watch: ProcessWatch
  readonly #exit = Promise.withResolvers<void>()
  #loss: Loss | undefined
  #isBroken = false
  /** When the last call was started, on the clock of `performance.now()`. */
  usedAt = 0
  /** The number of calls that have run in the process. */
  calls = 0
  #ended = false

  constructor(start: StartProcess, limits: SandboxLimits, events: SandboxProcessEvents) {
    this.#limits = limits
    this.#events = events
    this.#inspected = new InspectedIsolates({
      find: (guest) => events.findInspector(guest),
      send: (message) => this.#send(message),
      wasPaused: (isolate, ms) => findCalls(isolate, this.inFlight).forEach((call) => (call.deadline += ms)),
    })
    this.#link = start({
      ready: () => (this.isReady = true),
      message: (message) => this.#receive(message),
      broken: () => this.#break(),
      exited: (how) => this.#exited(how),
    })
    this.#watch = this.#createWatch()
  }

  /** Rejects when the process ends before it can accept calls. */
  get ready(): Promise<void> {
    return this.#link.ready
  }

  get isEnded(): boolean {
    return this.#ended
  }

  /** The process id in the worker's namespace; undefined until it is known. */
  get pid(): number | undefined {
    return this.#link.pid
  }

  /** The last measured resident memory. */
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
    const { bundle, scope, processMemoryMb = Infinity } = call.request
    this.#watch.accountMemoryMb = processMemoryMb
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
    this.#watch.callStarted()
  }

  /** Aborts a call, without calling its sink. */
  abort(call: Call): void {
    if (!this.inFlight.delete(call.id)) return
    this.#queue.remove(call)
    this.#aborting.add(call.guest, call.id)
    this.#send(['abort', call.guest, [call.id]])
  }

  forget(scope: string): void {
    if (this.#scopes.delete(scope)) this.#send(['forget', scope])
  }

  /** Accepts no more calls and ends after the last call in flight. */
  retire(): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.ended()
    if (this.inFlight.size === 0) this.kill()
  }

  /** Sends SIGKILL, which plugin code cannot delay. */
  kill(loss?: Loss): void {
    this.#loss ??= loss
    this.#link.kill()
  }

  /** Kills a process that violated the protocol. What it sends until the kill takes effect is ignored. */
  #break(): void {
    this.#isBroken = true
    this.kill({ kind: 'crash' })
  }

  /** Resolves when the process has ended. Its calls in flight end with SHUTTING_DOWN. */
  async close(): Promise<void> {
    for (const { sink } of this.#takeAll()) sink.end(new AshlarError('SHUTTING_DOWN', 'the worker is stopping'))
    this.#foreseen.clear()
    this.#watch.stop()
    this.kill()
    await this.#exit.promise
  }

  #takeAll(): Call[] {
    const calls = [...this.inFlight.values()]
    this.inFlight.clear()
    return calls
  }

  #send(message: ToProcess): void {
    this.#link.send(message)
  }

  /** @returns whether the message was useful, see `ProcessConduct` */
  #receive(message: FromProcess): boolean {
    if (this.#isBroken) return true
    this.#watch.messageReceived()
    if (message[0] === 'events') return this.#takeAllEvents(message[1])
    if (message[0] === 'aborted') this.#aborting.acknowledge(message[1], message[2])
    if (message[0] === 'inspector') this.#takeInspection(message[1], message[2])
    if (message[0] === 'lost') this.#takeLoss(message[1], message[2])
    return true
  }

  #takeLoss(guest: string, reason: Loss): void {
    const lost = [...this.inFlight.values()].filter((call) => call.guest === guest)
    for (const call of lost) this.inFlight.delete(call.id)
    this.#foreseen.forget(guest)
    // Code that continues after the isolate exceeded its memory limit can only be stopped by killing the process.
    if (reason.kind === 'memory' || reason.kind === 'crash') {
      this.retire()
      setTimeout(() => this.kill({ kind: 'exit', detail: 'retired' }), 1000).unref()
    }
    this.#events.lost(lost, this.#aborting.removeGuest(guest) ? { kind: 'evicted' } : reason)
  }

  #takeAllEvents(byGuest: [guest: string, events: string | Buffer, cpuMs: number, computing: number][]): boolean {
    this.#watch.wake()
    let isUseful = false
    for (const [guest, json, cpuMs, computing] of byGuest) {
      const isolate = isolateName(guest)
      const payer = this.#cpu.findCall(isolate, computing) // before the report, which may end the call
      const reading = measureReading(json)
      const events = parseEvents(json, getMaxReportChars(this.#limits))
      if (!events) this.#break()
      if (!events || this.#isBroken) return true
      isUseful = this.#takeEvents(guest, events) || this.#aborting.has(guest) || isUseful
      this.#charge(isolate, this.#cpu.take(isolate, cpuMs), payer ?? computing)
      if (reading) this.#charge(isolate, reading.cpuMs(), payer ?? 0)
    }
    if (this.#ended && this.inFlight.size === 0) this.kill()
    return isUseful
  }

  #charge(isolate: string, ms: number, payer: Call | number): void {
    const maxCpuMs = this.#inspected.has(isolate) ? Infinity : this.#limits.maxCpuMs // deadlines still apply
    for (const call of this.#cpu.charge(isolate, ms, payer))
      if (call.cpuMs > maxCpuMs && this.inFlight.has(call.id)) this.#endWithError(call, cpuLimit(maxCpuMs))
    if (this.#cpu.strayMs > maxCpuMs) this.kill({ kind: 'exit', detail: 'its code continued after its calls had ended' })
  }

  #takeInspection(isolate: string, message: string): void {
    if (message.length <= getMaxReportChars(this.#limits)) this.#inspected.receive(isolate, message)
    else this.#break()
  }

  #endWithError(call: Call, error: AshlarError): void {
    this.abort(call)
    call.sink.end(error)
    if (this.inFlight.size === 0) this.#events.idle()
  }

  /**
   * Ignores events of calls of other guests.
   *
   * @returns whether there were events of calls in flight or foreseen calls
   */
  #takeEvents(guest: string, events: CheckedEvent[]): boolean {
    let isUseful = false
    for (const event of events) {
      const call = this.inFlight.get(event.id)
      if (call?.guest === guest) this.#takeEvent(call, event)
      isUseful = call ? isUseful || call.guest === guest : this.#foreseen.report(guest, event) || isUseful
    }
    if (this.#foreseen.keptChars > this.#limits.maxOutputBytes) this.#break()
    return isUseful
  }

  #takeEvent(call: Call, event: CheckedEvent): void {
    if (event.t === 'o') this.#takeOutput(call, event)
    else if (event.t === 'c') void this.#answer(call, event)
    else if (event.t === 'e') this.#end(call, event.code === undefined ? undefined : toGuestError(call, event))
    else if (event.t === 'd') call.sink.manifest?.(event.manifest)
    else forwardReport(call, event, this.#limits.maxLogChars)
  }

  #takeOutput(call: Call, event: CheckedOutput): void {
    const refusal = checkOutput(call, event, this.#limits)
    if (refusal) return this.#endWithError(call, refusal)
    const { pin, v: value = null, k, next } = event
    const index = call.received++
    if (index < call.skip) return call.sink.skipped?.(index, pin, value, k)
    call.sink.output(pin, value, next && call.stretched ? this.#foreseen.announce(call.guest, call.id, next) : undefined, k)
  }

  #adopt(id: number, events: CheckedEvent[], request: CallRequest, sink: CallSink): () => void {
    const call = this.#events.adopted(id, request, sink)
    this.#begin(call)
    for (const event of events) if (this.inFlight.get(id) === call) this.#takeEvent(call, event)
    return () => this.#events.abort(call)
  }

  async #answer(call: Call, event: HostCallEvent): Promise<void> {
    try {
      const answer = await answerHostCall(call, event, this.#limits)
      if (answer !== undefined && this.inFlight.has(call.id)) this.#send(['reply', call.guest, answer])
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      if (this.inFlight.has(call.id)) this.#endWithError(call, error)
    }
  }

  #end(call: Call, error?: AshlarError): void {
    this.inFlight.delete(call.id)
    call.sink.end(error ?? call.record?.errorAtEnd)
    if (this.inFlight.size === 0) this.#events.idle()
  }

  #sweep(ownMs: number, wallMs: number): void {
    const now = performance.now()
    for (const call of this.inFlight.values())
      if (now > call.deadline && !call.credit?.isHeld && !this.#inspected.isPaused(call.guest))
        this.#endWithError(call, timeout(call))
    const mayCompute = (guest: string): boolean => findCalls(isolateName(guest), this.inFlight).length > 0
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
    this.#exit.resolve()
    if (calls.length > 0 && !this.#aborting.isEmpty) return this.#events.lost(calls, { kind: 'evicted' })
    if (calls.length > 0) this.#events.lost(calls, this.#loss ?? toLoss(how, this.#link.stderr))
  }
}
