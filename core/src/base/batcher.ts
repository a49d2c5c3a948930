/**
 * Does work in sets: what is added while a set is being worked on goes together into the next one. An item that comes
 * when nothing is going on is worked on at once, so a lone item waits for nobody.
 */
export class Batcher<Item, Result> {
  readonly #work: (items: Item[]) => Promise<(Result | Error)[]>
  readonly #most: number
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = []
  #isWorking = false

  /** @param work gives a result or an error per item, in order; when it throws, every item of the set fails with that */
  constructor(most: number, work: (items: Item[]) => Promise<(Result | Error)[]>) {
    this.#most = most
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
    await Promise.resolve() // what is added in the same turn goes together
    while (this.#waiting.length > 0) {
      const set = this.#waiting.splice(0, this.#most)
      try {
        const results = await this.#work(set.map(({ item }) => item))
        set.forEach(({ resolve, reject }, i) => {
          const result = results[i]
          if (result instanceof Error) reject(result)
          else resolve(result as Result)
        })
      } catch (error) {
        for (const { reject } of set) reject(error)
      }
    }
    this.#isWorking = false
  }
}
