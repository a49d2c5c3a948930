import { Patience, START } from './patience.ts'
import { readUsage, WaitForCpu } from './process-usage.ts'
import type { SandboxLimits } from '../limits/index.ts'
import type { Loss } from '../calls/index.ts'

interface WatchParts {
  /** Undefined until the process id is known. */
  pid(): number | undefined
  limits: Pick<SandboxLimits, 'maxCpuMs' | 'processMemoryMb'>
  /** Whether the process has started, so that it must respond. */
  isReady(): boolean
  /** Whether calls are in flight. */
  hasCalls(): boolean
  /** Whether aborted calls may still compute. */
  hasAborted(): boolean
  /** Checks for exceeded limits. @param ownMs elapsed time without waits for a processor, @param wallMs elapsed time */
  sweep(ownMs: number, wallMs: number): void
  ping(): void
  /** The resident memory has changed. The process cannot measure it itself, because it cannot read files. */
  measured(memoryMb: number): void
  kill(loss: Loss): void
}

const SWEEP_EVERY_MS = 50
const IDLE_SWEEP_EVERY_MS = 1000
const PING_EVERY_MS = 250
/** The share of a processor that a process without calls may use. */
const IDLE_SHARE = 0.02
/** The assumed memory of a new process, which uses less only while it starts. */
const FRESH_MEMORY_MB = 60
/** Smaller changes of memory are not reported. */
const MEMORY_STEP_MB = 8

/**
 * Monitors one sandbox process with the figures of the operating system, every 50 ms while the process is active and
 * once a second otherwise. It kills the process if the process
 *
 * - exceeds the memory limit of a process,
 * - uses more CPU time than a call may while no call is in flight,
 * - is active and does not respond to a ping within one second, or does not start within ten seconds. Time for which a
 *   thread of the process waited for a processor does not count, up to ten seconds for a ping and a minute for the
 *   start.
 */
export class ProcessWatch {
  readonly #parts: WatchParts
  #wait: WaitForCpu | undefined
  readonly #silence = new Patience()
  readonly #start = new Patience(START)
  #timer: NodeJS.Timeout | undefined
  #isActive = true
  #isStopped = false
  #isPinged = false
  #sweptAt = performance.now()
  #pingedAt = 0
  #cpuMs: number | undefined
  #strayMs = 0
  memoryMb = FRESH_MEMORY_MB
  /** A lower limit for the account to which the process belongs. */
  accountMemoryMb = Infinity
  #reportedMb = FRESH_MEMORY_MB

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#schedule()
  }

  /** Marks the process as active. */
  wake(): void {
    const wasIdle = !this.#isActive
    this.#isActive = true
    if (wasIdle) this.#schedule()
  }

  /** A call has started: resets the CPU time that was used without calls. */
  callStarted(): void {
    this.#strayMs = 0
    this.wake()
  }

  /** The process has sent a message. */
  messageReceived(): void {
    this.#isPinged = false
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#sweep(), this.#isActive ? SWEEP_EVERY_MS : IDLE_SWEEP_EVERY_MS).unref()
  }

  async #sweep(): Promise<void> {
    const now = performance.now()
    const passedMs = now - this.#sweptAt
    this.#sweptAt = now
    // If this worker was blocked, it may not have read responses that have arrived.
    const wallMs = Math.min(passedMs, 2 * SWEEP_EVERY_MS)
    const { limits } = this.#parts
    const pid = this.#parts.pid()
    if (pid === undefined) {
      this.#watchAnswers(wallMs, 0) // deadlines and the limit of the start apply even without measurements
      return this.#schedule()
    }
    this.#wait ??= new WaitForCpu(pid)
    const { memoryMb, cpuMs } = await readUsage(pid)
    if (this.#isStopped) return
    const usedMs = Math.max(0, cpuMs - (this.#cpuMs ?? cpuMs))
    this.#cpuMs = cpuMs
    this.memoryMb = Math.max(memoryMb, FRESH_MEMORY_MB)
    this.#reportMemory()
    this.#isActive = this.#isBusy || usedMs > passedMs * IDLE_SHARE
    if (memoryMb > Math.min(limits.processMemoryMb, this.accountMemoryMb)) this.#parts.kill({ kind: 'memory' })
    this.#watchStray(usedMs, passedMs)
    this.#watchAnswers(wallMs, usedMs)
    this.#schedule()
  }

  #reportMemory(): void {
    if (Math.abs(this.memoryMb - this.#reportedMb) < MEMORY_STEP_MB) return
    this.#reportedMb = this.memoryMb
    this.#parts.measured(this.memoryMb)
  }

  #watchStray(usedMs: number, passedMs: number): void {
    const { hasCalls, isReady } = this.#parts
    this.#strayMs = hasCalls() || !isReady() ? 0 : Math.max(0, this.#strayMs + usedMs - passedMs * IDLE_SHARE)
    if (this.#strayMs > this.#parts.limits.maxCpuMs)
      this.#parts.kill({ kind: 'exit', detail: 'its code continued after its calls had ended' })
  }

  #watchAnswers(wallMs: number, usedMs: number): void {
    if (!this.#isBusy) {
      this.#isPinged = false
      return
    }
    const isAwaited = this.#isPinged || this.#parts.hasAborted() || !this.#parts.isReady()
    const waitedMs = isAwaited ? this.#wait?.sinceLast() : 0
    const ownMs = Math.min(wallMs, waitedMs === undefined ? usedMs : Math.max(0, wallMs - waitedMs))
    const isSilent = this.#parts.isReady()
      ? this.#isPinged && this.#silence.isOver(ownMs, wallMs)
      : this.#start.isOver(ownMs, wallMs)
    if (isSilent) this.#parts.kill({ kind: 'exit', detail: 'it did not respond' })
    else if (this.#parts.isReady() && !this.#isPinged) this.#ping()
    this.#parts.sweep(ownMs, wallMs)
  }

  /** Whether the process has calls to run or to abort. */
  get #isBusy(): boolean {
    return this.#parts.hasCalls() || this.#parts.hasAborted()
  }

  #ping(): void {
    if (performance.now() - this.#pingedAt < PING_EVERY_MS) return
    this.#pingedAt = performance.now()
    this.#isPinged = true
    this.#silence.renew()
    this.#parts.ping()
  }
}
