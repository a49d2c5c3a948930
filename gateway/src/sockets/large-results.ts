import { randomUUID } from 'node:crypto'
import { isLarge, stringifyInSlices } from '../graphql/limits/index.ts'

/**
 * Lets a client receive large results without blocking the event loop. `graphql-ws` converts a message to JSON at once,
 * so it gets the result with a placeholder, which is replaced when the message is sent.
 */
export class LargeResults {
  readonly #texts = new Map<string, string>()

  /** Converts the data of a large result in slices. @returns undefined for a small result */
  async replaceData<Result extends { data?: unknown }>(result: Result): Promise<Result | undefined> {
    if (!isLarge(result.data)) return undefined
    const text = await stringifyInSlices(result.data)
    const placeholder = randomUUID()
    this.#texts.set(placeholder, text)
    return { ...result, data: placeholder }
  }

  /** Puts the data into the message. */
  insertData(message: string): string {
    for (const [placeholder, text] of this.#texts) {
      const quoted = `"${placeholder}"`
      if (!message.includes(quoted)) continue
      this.#texts.delete(placeholder)
      return message.replace(quoted, () => text)
    }
    return message
  }
}
