import { AshlarApiError, type Fault } from './api-error.ts'

/** What a mutation returns. */
interface Payload {
  readonly errors: readonly (Pick<Fault, 'message'> & Partial<Fault>)[]
}

/** A payload whose `errors` are empty: its other fields are set. */
export type Unwrapped<P extends Payload> = { readonly [Field in Exclude<keyof P, 'errors'>]: NonNullable<P[Field]> }

/**
 * Returns the payload of a mutation that succeeded.
 *
 * @throws {AshlarApiError} with all `errors` of the payload. Select `code message path` of them.
 */
export function unwrap<P extends Payload>(payload: P | null | undefined): Unwrapped<P> {
  if (!payload) throw new TypeError('the payload is null: the response has errors')
  const [first, ...rest] = payload.errors
  if (first) throw new AshlarApiError([toFault(first), ...rest.map(toFault)])
  return payload as unknown as Unwrapped<P>
}

/** Completes a fault of which the caller selected only some fields. */
export function toFault({ code = 'UNKNOWN', message, path = null }: Payload['errors'][number]): Fault {
  return { code, message, path }
}
