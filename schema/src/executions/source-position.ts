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
