import type { Call } from './call.ts'
import { IDS_PER_CALL, isolateOfGuest, LOADING } from '../channel/index.ts'

/** Charges the calls of a sandbox process for the processor time of their isolates. */
export class CpuAccounts {
  readonly #inFlight: ReadonlyMap<number, Call>
  /** By isolate: its processor time at the last charge. */
  readonly #chargedMs = new Map<string, number>()
  /** Processor time since the last call was started that belongs to no call in flight. */
  strayMs = 0

  /** @param inFlight the calls in flight, by id */
  constructor(inFlight: ReadonlyMap<number, Call>) {
    this.#inFlight = inFlight
  }

  /**
   * @param cpuMs processor time since the isolate was created
   * @returns the part of it since the previous call of this function
   */
  take(isolate: string, cpuMs: number): number {
    const chargedMs = this.#chargedMs.get(isolate) ?? 0
    this.#chargedMs.set(isolate, cpuMs)
    return Math.max(0, cpuMs - chargedMs) // an isolate of this name may have been created again
  }

  /** The call in flight that an isolate names. A call that follows in a stretch counts for the first one until it is adopted. */
  callOf(isolate: string, id: number): Call | undefined {
    const call = this.#inFlight.get(id) ?? this.#inFlight.get(id - (id % IDS_PER_CALL))
    return call && isolateOfGuest(call.guest) === isolate ? call : undefined
  }

  /**
   * Charges the call that computed. If it is unknown, the calls in the isolate share the time.
   *
   * @param payer the call, or the id that the isolate gave
   * @returns the calls that were charged
   */
  charge(isolate: string, ms: number, payer: Call | number): Call[] {
    if (ms === 0 || payer === LOADING) return []
    const payers = this.#payersOf(isolate, payer)
    for (const call of payers) call.cpuMs += ms / payers.length
    if (payers.length === 0) this.strayMs += ms
    return payers
  }

  #payersOf(isolate: string, payer: Call | number): Call[] {
    if (payer === 0) return callsIn(isolate, this.#inFlight)
    const call = typeof payer === 'number' ? this.callOf(isolate, payer) : payer
    return call ? [call] : []
  }
}

export function callsIn(isolate: string, inFlight: ReadonlyMap<number, Call>): Call[] {
  return [...inFlight.values()].filter(({ guest }) => isolateOfGuest(guest) === isolate)
}

/** Shorter reports cost this thread too little to be worth a measurement. */
const LONG_REPORT_CHARS = 64 * 1024

/**
 * Measures the processor time of this thread from the reading of a long report on: it counts as that of the call, because reading a
 * crafted report takes far longer than writing it.
 */
export function startReading(json: string): { cpuMs(): number } | undefined {
  if (json.length < LONG_REPORT_CHARS) return undefined
  const before = process.threadCpuUsage()
  return {
    cpuMs() {
      const { user, system } = process.threadCpuUsage(before)
      return (user + system) / 1000
    },
  }
}
