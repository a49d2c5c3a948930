import { showValue } from '../../base/index.ts'
import { GuestFailure } from './io/outbox.ts'

export function isAsyncIterable(pairs: unknown): pairs is AsyncIterable<unknown> {
  return typeof pairs === 'object' && pairs !== null && Symbol.asyncIterator in pairs
}

/** @throws {GuestFailure} BLOCK_OUTPUT_INVALID when `run` has returned something else, such as an object of outputs */
export function iterable(pairs: unknown): Iterable<unknown> {
  if (typeof pairs === 'object' && pairs !== null && Symbol.iterator in pairs) return pairs as Iterable<unknown>
  throw noPairs(showValue(pairs))
}

/** Rejects what an async function returns that is no generator. Its own error comes first, so that it is not lost. */
export async function rejectPromise(pairs: Promise<unknown>): Promise<void> {
  await pairs
  throw noPairs('a promise')
}

function noPairs(came: string): GuestFailure {
  const example = `async *run(input) { yield ['<pin>', value] }`
  const message = `run must yield [pin, value] pairs, as in ${example}; it returned ${came}`
  return new GuestFailure('BLOCK_OUTPUT_INVALID', message, AT_RUN)
}

/** See {@link atYield}. */
export const AT_RUN = '    at run'
