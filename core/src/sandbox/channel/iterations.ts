interface PinCount {
  /** The index of the next value that is yielded on its own. */
  next: number
  /** The number of values so far. */
  values: number
}

/**
 * Counts the iterations of one run. The guest and the worker count in the same way.
 *
 * A value that is yielded on its own belongs to the iteration after the last one of its pin. Values that are yielded
 * together belong to the iteration after the last one of all pins. An output carries its index `k` only if the index
 * differs from the number of earlier values of its pin.
 */
export class Iterations {
  readonly #pins = new Map<string, PinCount>()
  /** The number of iterations so far. */
  #size = 0
  /** All pins have had their value, or none, for the iterations before this one. */
  #closed = 0

  get size(): number {
    return this.#size
  }

  /** The number of values of a pin so far. */
  valuesOf(pin: string): number {
    return this.#pins.get(pin)?.values ?? 0
  }

  /** Counts a value that is yielded on its own. @returns its `k` */
  addValue(pin: string): number | undefined {
    return this.#add(pin, Math.max(this.#count(pin).next, this.#closed))
  }

  /** Begins an iteration of values that are yielded together. @returns a function that counts one, with its `k` */
  addIteration(): (pin: string) => number | undefined {
    const index = this.#size
    this.#size = this.#closed = index + 1
    return (pin) => this.#add(pin, index)
  }

  /**
   * Counts a reported value. The index must be after the earlier ones of the pin and at most the number of iterations.
   *
   * @returns its index; undefined if no sequence of yields has this index
   */
  accept(pin: string, k: number | undefined): number | undefined {
    const { next, values } = this.#count(pin)
    const index = k ?? values
    if (index < next || index > this.#size) return undefined
    this.#add(pin, index)
    return index
  }

  #add(pin: string, index: number): number | undefined {
    const count = this.#count(pin)
    count.next = index + 1
    this.#size = Math.max(this.#size, index + 1)
    return index === count.values++ ? undefined : index
  }

  #count(pin: string): PinCount {
    const known = this.#pins.get(pin)
    if (known) return known
    const count: PinCount = { next: 0, values: 0 }
    this.#pins.set(pin, count)
    return count
  }
}
