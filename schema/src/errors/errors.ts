import { ERROR_CODES, type AshlarError } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, translateError } from '../base/translate.ts'

builder.enumType('ErrorCode', {
  description: 'Why a request or an execution failed. Codes are stable. Messages are for people and may change.',
  values: Object.keys(ERROR_CODES),
})

const FaultType = builder.objectRef<{ path: string; message: string }>('Fault').implement({
  description: 'One fault of the input. An error lists all faults.',
  fields: (t) => ({
    path: t.exposeString('path', {
      description: 'The place in the input: `nodes.greet.inputs.format`, `links.2.to`, `inputs.name`.',
    }),
    message: t.exposeString('message'),
  }),
})

const ErrorInterface = builder.interfaceRef<AshlarError>('Error').implement({
  description: 'An expected failure, returned as data.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'For people: where it failed, what was expected and what was received.' }),
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
  description: 'The input is invalid. Nothing has changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ faults: t.field({ type: [FaultType], resolve: ({ details }) => [...(details.faults ?? [])] }) }),
})
builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'No object with this id exists, or you may not see it.',
  interfaces: [ErrorInterface],
})
builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The request conflicts with the current state. Nothing has changed.',
  interfaces: [ErrorInterface],
})

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: 'You do not have permission. Nothing has changed.',
  interfaces: [ErrorInterface],
})

/** The error types of mutations. */
export const EXPECTED_ERRORS = [InvalidInputError, NotFoundError, ConflictError]
/** The error types of mutations that need a permission. */
export const EXPECTED_OR_FORBIDDEN = [...EXPECTED_ERRORS, ForbiddenError]

/** Wraps a resolver so that it returns expected errors as data. */
export function withExpectedErrors<Args extends unknown[], Result>(
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
