import { showValue } from '../../base/index.ts'
import { GuestFailure } from './io/outbox.ts'

export function isAsyncIterable(pairs: unknown): pairs is AsyncIterable<unknown> {
  return typeof pairs === 'object' && pairs !== null && Symbol.asyncIterator in pairs
}

/** @throws {GuestFailure} BLOCK_OUTPUT_INVALID when `run` returned another value, such as an object of outputs */
export function toIterable(pairs: unknown): Iterable<unknown> {
  if (typeof pairs === 'object' && pairs !== null && Symbol.iterator in pairs) return pairs as Iterable<unknown>
  throw noPairs(showValue(pairs))
}

/**
 * Rejects the promise of an async function that is not a generator. If the promise rejects, its error takes precedence.
 */
export async function rejectPromise(pairs: Promise<unknown>): Promise<void> {
  await pairs
  throw noPairs('a promise')
}

function noPairs(found: string): GuestFailure {
  const example = `async *run(input) { yield ['<pin>', value] }`
  const message = `run must yield [pin, value] pairs, as in ${example}; it returned ${found}`
  return new GuestFailure('BLOCK_OUTPUT_INVALID', message, RUN_FRAME)
}

/** See {@link yieldFrame}. */
export const RUN_FRAME = '    at run'
