import type { Followed } from '../../runtime/journal/index.ts'

type FollowedEvents = AsyncGenerator<Followed, void>

/**
 * Leaves out the events that are not wanted. A notice that the reader is behind is passed on. Keeps `return` of the
 * source, which releases a waiting reader immediately.
 */
export function filterFollowed(
  events: FollowedEvents,
  isWanted: (event: Exclude<Followed, { type: 'ReaderBehind' }>) => Promise<boolean>,
): FollowedEvents {
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
