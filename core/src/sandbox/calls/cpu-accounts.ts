import type { Call } from './call.ts'
import { IDS_PER_CALL, isolateName, LOADING } from '../channel/index.ts'

/** Charges the calls of a sandbox process for the CPU time of their isolates. */
export class CpuAccounts {
  readonly #inFlight: ReadonlyMap<number, Call>
  /** By isolate: its CPU time at the last charge. */
  readonly #chargedMs = new Map<string, number>()
  /** CPU time since the last call was started that belongs to no call in flight. */
  strayMs = 0

  /** @param inFlight the calls in flight, by id */
  constructor(inFlight: ReadonlyMap<number, Call>) {
    this.#inFlight = inFlight
  }

  /**
   * @param cpuMs CPU time since the isolate was created
   * @returns the CPU time since the previous call of this function for the isolate
   */
  take(isolate: string, cpuMs: number): number {
    const chargedMs = this.#chargedMs.get(isolate) ?? 0
    this.#chargedMs.set(isolate, cpuMs)
    return Math.max(0, cpuMs - chargedMs) // negative if the isolate was disposed and created again
  }

  /**
   * The call in flight whose id an isolate reports. Until a foreseen call is adopted, the first call of its stretch is
   * charged for it.
   */
  findCall(isolate: string, id: number): Call | undefined {
    const call = this.#inFlight.get(id) ?? this.#inFlight.get(id - (id % IDS_PER_CALL))
    return call && isolateName(call.guest) === isolate ? call : undefined
  }

  /**
   * Charges the call that computed. If that call is unknown, divides the time among the calls in the isolate.
   *
   * @param payer the call, or the id that the isolate reported
   * @returns the calls that were charged
   */
  charge(isolate: string, ms: number, payer: Call | number): Call[] {
    if (ms === 0 || payer === LOADING) return []
    const payers = this.#findPayers(isolate, payer)
    for (const call of payers) call.cpuMs += ms / payers.length
    if (payers.length === 0) this.strayMs += ms
    return payers
  }

  #findPayers(isolate: string, payer: Call | number): Call[] {
    if (payer === 0) return findCalls(isolate, this.#inFlight)
    const call = typeof payer === 'number' ? this.findCall(isolate, payer) : payer
    return call ? [call] : []
  }
}

export function findCalls(isolate: string, inFlight: ReadonlyMap<number, Call>): Call[] {
  return [...inFlight.values()].filter(({ guest }) => isolateName(guest) === isolate)
}

/** Shorter reports take too little time to measure. */
const LONG_REPORT_CHARS = 64 * 1024

/**
 * Starts to measure the CPU time of this thread before it parses a long report. The call is charged for that
 * time, because parsing a crafted report takes far longer than creating it.
 */
export function measureReading(report: string | Buffer): { cpuMs(): number } | undefined {
  if (report.length < LONG_REPORT_CHARS) return undefined
  const before = process.threadCpuUsage()
  return {
    cpuMs() {
      const { user, system } = process.threadCpuUsage(before)
      return (user + system) / 1000
    },
  }
}
