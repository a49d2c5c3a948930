import type { SourcePosition } from '@ashlar/core'
import { builder } from '../base/builder.ts'

export const SourcePositionType = builder.objectRef<SourcePosition>('SourcePosition').implement({
  description: 'A position in the source of a plugin.',
  fields: (t) => ({
    file: t.exposeString('file', { description: 'Path relative to the package, such as `src/say.ts`.' }),
    line: t.exposeInt('line', { description: 'Counted from 1.' }),
    column: t.exposeInt('column', { description: 'Counted from 1.' }),
  }),
})

/** Descriptions of the fields `position` and `stack` of an error. */
export const POSITION = {
  description:
    'Where the block threw the error, in the source of its plugin. Null if the block threw no error or the position is unknown.',
}
export const STACK = {
  description:
    'The calls in the plugin’s code that led to the error, one per line, innermost first, such as `at run (src/say.ts:5:78)`.',
}
