import type { NodeFailure } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { ErrorCodeType, toErrorCode } from '../base/errors.ts'
import { SourcePositionType } from './source-position.ts'

export const NodeFailureType = builder.objectRef<NodeFailure>('NodeFailure').implement({
  description: 'Why a node execution failed.',
  fields: (t) => ({
    code: t.field({ type: ErrorCodeType, description: 'A stable code.', resolve: ({ code }) => toErrorCode(code) }),
    message: t.exposeString('message', { description: 'For people.' }),
    position: t.field({
      type: SourcePositionType,
      nullable: true,
      description:
        'Where the block threw the error, in the source of its plugin. Null if the block threw no error or the position is unknown.',
      resolve: ({ position }) => position,
    }),
    stack: t.string({
      nullable: true,
      description:
        'The calls in the plugin’s code that led to the error, one per line, innermost first, such as `at run (src/say.ts:5:78)`. Null if they are unknown.',
      resolve: ({ stack }) => stack,
    }),
  }),
})
