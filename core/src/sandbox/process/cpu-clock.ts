/** The CPU time of one isolate. */
export interface CpuMeter {
  /** CPU time in milliseconds since the meter was added. */
  readonly cpuMs: number
  /** Ends the measurement, after which {@link cpuMs} does not change. */
  stop(): void
}

/** The minimum interval between readings. The kernel updates the figures of running threads every few milliseconds. */
const READ_EVERY_MS = 20

/**
 * Measures the CPU time of isolates.
 *
 * isolated-vm (7.0.1) reports for how long threads have held an isolate (`cpuTime`). That includes the time for which
 * these threads waited for a processor. The operating system reports the CPU time of the whole process. So this
 * clock divides the CPU time of the process, without that of its main thread, among the isolates in proportion to
 * the time for which they were held. No isolate is charged for more than that time.
 */
export class CpuClock {
  readonly #now: () => number
  readonly #computedMs: () => number
  readonly #meters = new Set<Meter>()
  #readAt = 0
  #lastMs = 0

  /**
   * @param computedMs CPU time of all threads on which isolates run, since a fixed point in the past
   * @param now milliseconds
   */
  constructor(computedMs: () => number = threadsComputedMs, now: () => number = () => performance.now()) {
    this.#computedMs = computedMs
    this.#now = now
    this.#readAt = now()
    this.#lastMs = computedMs()
  }

  /** @param heldMs for how long threads have held the isolate; undefined when the isolate has ended */
  add(heldMs: () => number | undefined): CpuMeter {
    this.#read()
    const meter: Meter = { heldMs, lastMs: heldMs() ?? 0, cpuMs: 0 }
    this.#meters.add(meter)
    const read = (): number => {
      if (this.#now() - this.#readAt >= READ_EVERY_MS) this.#read()
      return meter.cpuMs
    }
    return {
      get cpuMs() {
        return read()
      },
      stop: () => {
        this.#read()
        this.#meters.delete(meter)
      },
    }
  }

  #read(): void {
    this.#readAt = this.#now()
    const computedMs = this.#computedMs()
    const held = [...this.#meters].map((meter) => [meter, this.#heldSince(meter)] as const)
    const allHeldMs = held.reduce((sum, [, heldMs]) => sum + heldMs, 0)
    const share = allHeldMs > 0 ? Math.min(1, Math.max(0, computedMs - this.#lastMs) / allHeldMs) : 0
    for (const [meter, heldMs] of held) meter.cpuMs += heldMs * share
    this.#lastMs = computedMs
  }

  #heldSince(meter: Meter): number {
    const heldMs = meter.heldMs()
    if (heldMs === undefined) this.#meters.delete(meter)
    const since = Math.max(0, (heldMs ?? 0) - meter.lastMs)
    meter.lastMs = heldMs ?? meter.lastMs
    return since
  }
}

interface Meter {
  heldMs: () => number | undefined
  lastMs: number
  cpuMs: number
}

/** Isolates run on all threads except the main thread. */
function threadsComputedMs(): number {
  const all = process.cpuUsage()
  const main = process.threadCpuUsage()
  return (all.user + all.system - main.user - main.system) / 1000
}
