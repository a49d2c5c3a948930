import { API_ERROR_CODES } from '@ashlar/core'
import { builder } from './builder.ts'
import type { ErrorTypeName, PayloadError } from './translate.ts'

/** Not failures: why an execution waits. */
const WAITING_CODES = {
  WAITING_FOR_TIME: { description: 'Not a failure: the execution waits for a point in time.' },
  WAITING_FOR_GRAPH: { description: 'Not a failure: the execution waits for an execution that it started.' },
}
const CODES: Record<string, { description: string }> = { ...API_ERROR_CODES, ...WAITING_CODES }

export const ErrorCodeType = builder.enumType('ErrorCode', {
  description:
    'Why a request or an execution failed, or why an execution waits. Codes are stable. Messages are for people and may change.',
  values: Object.fromEntries(Object.entries(CODES).map(([code, { description }]) => [code, { description }])),
})

/** Returns BLOCK_FAILED for a code that the journal has and the schema no longer has. */
export function toErrorCode(code: string): string {
  return Object.hasOwn(CODES, code) ? code : 'BLOCK_FAILED'
}

/** The `errors` of every payload. */
export const ErrorInterface = builder.interfaceRef<PayloadError>('Error').implement({
  description: 'An expected failure of a mutation. A payload lists one for each fault of the input.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    code: t.field({
      type: ErrorCodeType,
      description: 'The kind of failure, for programs.',
      resolve: ({ code }) => toErrorCode(code),
    }),
    message: t.exposeString('message', {
      description: 'For people: where it failed, what was expected and what was received.',
    }),
    path: t.stringList({
      nullable: true,
      description: 'The place in the input, which starts with `input`. Null if no place in the input is responsible.',
      resolve: ({ path }) => path?.map(String) ?? null,
    }),
  }),
})

builder.objectType(builder.objectRef<PayloadError>('InvalidInputError'), {
  description: 'The input is invalid. Nothing has changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    position: t.exposeString('position', {
      nullable: true,
      description: 'The place in the source of a plugin, such as `src/say.ts:5:78`. Null unless a plugin has the fault.',
    }),
  }),
})

const OTHER_TYPES: Record<Exclude<ErrorTypeName, 'InvalidInputError'>, string> = {
  NotFoundError: 'No object with this id exists, or you may not see it.',
  ConflictError: 'The request conflicts with the current state. Nothing has changed.',
  ForbiddenError: 'You do not have permission. Nothing has changed.',
}
for (const [name, description] of Object.entries(OTHER_TYPES))
  builder.objectType(builder.objectRef<PayloadError>(name), { description, interfaces: [ErrorInterface] })
