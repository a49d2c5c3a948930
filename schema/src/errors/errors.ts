import { ERROR_CODES, type AshlarError } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, translateError } from '../base/translate.ts'

builder.enumType('ErrorCode', {
  description: 'Why something was refused or failed. Codes are stable; messages are for people.',
  values: Object.keys(ERROR_CODES),
})

/** A fault in what was sent, told with all others at once. */
const FaultType = builder.objectRef<{ path: string; message: string }>('Fault').implement({
  description: 'A fault in what was sent.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where: `nodes.greet.inputs.format`, `links.2.to`, `inputs.name`.' }),
    message: t.exposeString('message'),
  }),
})

const ErrorInterface = builder.interfaceRef<AshlarError>('Error').implement({
  description: 'An expected failure, as data.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'For people: where, what was expected, what came.' }),
    code: t.field({ type: 'ErrorCode' as never, resolve: (error) => error.code as never }),
    path: t.stringList({
      nullable: true,
      description: 'The place in the input.',
      resolve: ({ details }) => details.path?.map(String) ?? null,
    }),
  }),
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'What was sent is wrong; nothing has changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ faults: t.field({ type: [FaultType], resolve: ({ details }) => [...(details.faults ?? [])] }) }),
})
builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'There is nothing with this id that you may see.',
  interfaces: [ErrorInterface],
})
builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'Something has changed meanwhile; nothing of this request was done.',
  interfaces: [ErrorInterface],
})

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: 'This is for somebody else to do; nothing has changed.',
  interfaces: [ErrorInterface],
})

/** The error types of mutations. */
export const EXPECTED = [InvalidInputError, NotFoundError, ConflictError]
/** Of mutations that not everybody may do. */
export const EXPECTED_OR_FORBIDDEN = [...EXPECTED, ForbiddenError]

/** Wraps a resolver so that expected errors become data. */
export function expected<Args extends unknown[], Result>(
  resolve: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await resolve(...args)
    } catch (error) {
      throw translateError(error)
    }
  }
}
