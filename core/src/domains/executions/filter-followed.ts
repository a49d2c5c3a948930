import type { JournalEvent } from '../../engine/index.ts'
import type { ReaderBehind } from '../../runtime/journal/index.ts'

type Followed = AsyncGenerator<JournalEvent | ReaderBehind, void>

/**
 * Leaves out the events that are not wanted. A notice that the reader is behind is passed on. Keeps `return` of the
 * source, which releases a waiting reader immediately.
 */
export function filterFollowed(events: Followed, isWanted: (event: JournalEvent) => Promise<boolean>): Followed {
  return {
    async next() {
      try {
        for (;;) {
          const result = await events.next()
          if (result.done || result.value.type === 'ReaderBehind' || (await isWanted(result.value))) return result
        }
      } catch (error) {
        await events.return()
        throw error
      }
    },
    return: (value) => events.return(value),
    throw: (error) => events.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
    [Symbol.asyncDispose]: async () => void (await events.return()),
  }
}
