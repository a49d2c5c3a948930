import type { Decision } from '../../engine/index.ts'

/** Carries out decisions in order. Those that follow from a decision come after all that wait, not recursively. */
export class DecisionQueue {
  readonly #carryOut: (decision: Decision) => void
  #waiting: Decision[] = []
  #isBusy = false

  constructor(carryOut: (decision: Decision) => void) {
    this.#carryOut = carryOut
  }

  add(decisions: readonly Decision[]): void {
    for (const decision of decisions) this.#waiting.push(decision)
    if (this.#isBusy) return
    this.#isBusy = true
    for (let decision = this.#waiting.shift(); decision; decision = this.#waiting.shift()) this.#carryOut(decision)
    this.#isBusy = false
  }

  /** Drops the decisions that wait. */
  clear(): void {
    this.#waiting = []
  }
}
