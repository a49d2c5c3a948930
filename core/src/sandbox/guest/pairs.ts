import { GuestFailure } from './outbox.ts'

export function isAsyncIterable(pairs: unknown): pairs is AsyncIterable<unknown> {
  return typeof pairs === 'object' && pairs !== null && Symbol.asyncIterator in pairs
}

/** @throws {GuestFailure} BLOCK_OUTPUT_INVALID when `run` has returned something else, such as an object of outputs */
export function iterable(pairs: unknown): Iterable<unknown> {
  if (typeof pairs === 'object' && pairs !== null && Symbol.iterator in pairs) return pairs as Iterable<unknown>
  const came = pairs instanceof Promise ? 'a promise' : show(pairs)
  const example = `async *run(input) { yield ['<pin>', value] }`
  throw new GuestFailure(
    'BLOCK_OUTPUT_INVALID',
    `run must yield [pin, value] pairs, as in ${example}; it returned ${came}`,
    AT_RUN,
  )
}

/** A value in the message of an error. */
export function show(value: unknown): string {
  try {
    return String(JSON.stringify(value)).slice(0, 100)
  } catch {
    return typeof value
  }
}

/** See {@link atYield}. */
export const AT_RUN = '    at run'
