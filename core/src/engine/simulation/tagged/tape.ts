/** Decisions taken from a list of numbers. At its end, every decision is the first one. */
export class Tape {
  readonly #numbers: readonly number[]
  #next = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  get hasEnded(): boolean {
    return this.#next >= this.#numbers.length
  }

  /** A whole number below a limit. */
  below(limit: number): number {
    return (this.#numbers[this.#next++] ?? 0) % Math.max(limit, 1)
  }

  /** True in so many of 100 cases. */
  often(percent: number): boolean {
    return this.below(100) >= 100 - percent
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)]
  }

  /** Picks one of the names by weight. */
  weighted<T extends string>(weights: Record<T, number>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [name, weight] of entries) {
      if (left < weight) return name
      left -= weight
    }
    throw new RangeError('there is no name to pick')
  }
}
