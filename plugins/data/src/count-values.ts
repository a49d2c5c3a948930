import { canonicalJson, compareValues, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const countValues = defineBlock({
  id: 'de2348ed-47bb-4e9c-ac4e-776340777e86',
  name: 'count-values',
  description: 'Count how often each value occurs in a list.',
  category: 'DATA',
  icon: 'chart-bar',
  synonyms: ['frequency', 'histogram', 'tally', 'occurrences', 'value counts', 'distinct', 'unique'],
  input: z.object({ values: z.array(z.unknown()) }),
  output: z.object({
    rows: z
      .array(z.object({ value: z.unknown(), count: z.int() }))
      .describe('The most frequent values first. Values with equal counts are in ascending order.'),
  }),
  tests: [
    {
      input: { values: ['b', 'a', 'b', 'a', 'c'] },
      output: [
        [
          'rows',
          [
            { value: 'a', count: 2 },
            { value: 'b', count: 2 },
            { value: 'c', count: 1 },
          ],
        ],
      ],
    },
    {
      input: { values: [1, '1', null, 1] },
      output: [
        [
          'rows',
          [
            { value: 1, count: 2 },
            { value: '1', count: 1 },
            { value: null, count: 1 },
          ],
        ],
      ],
    },
    { input: { values: [] }, output: [['rows', []]] },
  ],
  *run({ values }) {
    const counts = new Map<string, { value: unknown; count: number }>()
    for (const value of values) {
      const id = canonicalJson(value)
      const entry = counts.get(id) ?? { value, count: 0 }
      entry.count++
      counts.set(id, entry)
    }
    yield ['rows', [...counts.values()].toSorted((a, b) => b.count - a.count || compareValues(a.value, b.value))]
  },
})
