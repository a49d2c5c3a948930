/**
 * Processes items in batches. Items that are added during a batch form the next batch. If no batch is running, an item
 * is processed immediately.
 */
export class Batcher<Item, Result> {
  readonly #work: (items: Item[]) => Promise<(Result | Error)[]>
  readonly #maxSize: number
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = []
  #isWorking = false

  /**
   * @param maxSize items per batch
   * @param work returns a result or an error for each item, in order; if it throws, all items of the batch fail with
   * this error
   */
  constructor(maxSize: number, work: (items: Item[]) => Promise<(Result | Error)[]>) {
    this.#maxSize = maxSize
    this.#work = work
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    this.#waiting.push({ item, resolve, reject })
    if (!this.#isWorking) void this.#workAll()
    return promise
  }

  async #workAll(): Promise<void> {
    this.#isWorking = true
    await new Promise<void>((resolve) => process.nextTick(resolve)) // collects the items that are added in the same turn
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxSize)
      try {
        const results = await this.#work(batch.map(({ item }) => item))
        batch.forEach(({ resolve, reject }, i) => {
          const result = results[i]
          if (result instanceof Error) reject(result)
          else resolve(result as Result)
        })
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isWorking = false
  }
}
