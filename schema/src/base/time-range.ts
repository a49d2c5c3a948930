import { builder } from './builder.ts'

/** A filter by time, for every list. */
export const TimeRange = builder.inputType('TimeRange', {
  description: 'A range of time. A bound that is not given does not limit it.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'The start of the range, inclusive.' }),
    to: t.field({ type: 'DateTime', description: 'The end of the range, exclusive.' }),
  }),
})
