/** A list of 32-bit integers, with 4 bytes for each. */
export class Int32List {
  length = 0
  #numbers = new Int32Array(8)

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Int32Array(this.length * 2)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.length++] = number
  }

  /** @returns 0 for an index that is not in the list */
  at(index: number): number {
    return this.#numbers[index] ?? 0
  }
}
