import type { Call } from './call.ts'

/** Less than this is not shared out. */
const CHARGED_FROM_MS = 50

/** Charges calls for what their isolates have computed. */
export class CpuAccounts {
  /** By isolate: what it had computed when its calls were last charged. */
  readonly #charged = new Map<string, number>()
  /** What was computed for no call since the last one was started. */
  strayMs = 0

  /**
   * What an isolate has computed since is shared out among the calls in it.
   *
   * @param cpuMs since the isolate was made
   * @param isOfCalls it came with what calls reported, which may have ended with that
   * @returns the calls that were charged
   */
  charge(isolate: string, cpuMs: number, calls: () => Call[], isOfCalls: boolean): Call[] {
    const charged = this.#charged.get(isolate) ?? 0
    if (cpuMs < charged) this.#charged.set(isolate, cpuMs) // it was made anew
    if (cpuMs - charged < CHARGED_FROM_MS) return []
    this.#charged.set(isolate, cpuMs)
    const sharing = calls()
    for (const call of sharing) call.cpuMs += (cpuMs - charged) / sharing.length
    if (sharing.length === 0 && !isOfCalls) this.strayMs += cpuMs - charged
    return sharing
  }
}
