import type { Call } from './call.ts'

/** Less than this is not shared out. */
const CHARGED_FROM_MS = 50

/** Charges calls for what their isolates have computed. */
export class CpuAccounts {
  /** By isolate: what it had computed when its calls were last charged. */
  readonly #charged = new Map<string, number>()

  /**
   * What an isolate has computed since is shared out among the calls in it.
   *
   * @param cpuMs since the isolate was made
   * @returns whether anything was charged
   */
  charge(isolate: string, cpuMs: number, calls: () => Call[]): boolean {
    const charged = this.#charged.get(isolate) ?? 0
    if (cpuMs < charged) this.#charged.set(isolate, cpuMs) // it was made anew
    if (cpuMs - charged < CHARGED_FROM_MS) return false
    this.#charged.set(isolate, cpuMs)
    const sharing = calls()
    for (const call of sharing) call.cpuMs += (cpuMs - charged) / sharing.length
    return true
  }
}
