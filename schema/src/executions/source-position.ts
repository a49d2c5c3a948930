import type { SourcePosition } from '@ashlar/core'
import { builder } from '../base/builder.ts'

export const SourcePositionType = builder.objectRef<SourcePosition>('SourcePosition').implement({
  description: 'A place in the source of a plugin.',
  fields: (t) => ({
    file: t.exposeString('file', { description: 'Path relative to the package, such as `src/say.ts`.' }),
    line: t.exposeInt('line', { description: 'From 1.' }),
    column: t.exposeInt('column', { description: 'From 1.' }),
  }),
})

/** The fields of an error in addition to its code and message. */
export const POSITION = {
  description: 'Where the block threw the error, in the source of its plugin; null where it threw none, or that is not known.',
}
export const STACK = {
  description: 'Calls in the plugin’s code that led there, a line each, the innermost first, such as `at run (src/say.ts:5:78)`.',
}
