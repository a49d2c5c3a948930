import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, rows } from './rows/index.ts'

export const group = defineBlock({
  id: '90614a9e-b2a5-4274-b4f2-297cb2e7f4ec',
  name: 'group',
  description: 'Group rows that have the same values in some fields.',
  category: 'DATA',
  icon: 'group',
  synonyms: ['group by', 'bucket', 'partition', 'categorize', 'split rows', 'cluster'],
  input: z.object({ rows, by: z.array(z.string()).describe('Fields to group by.') }),
  output: z.object({
    groups: rows.describe('The fields of each group and its rows as "rows", in the order of the first row of each group.'),
  }),
  tests: [
    {
      input: {
        rows: [
          { c: 'a', n: 1 },
          { c: 'b', n: 2 },
          { c: 'a', n: 3 },
        ],
        by: ['c'],
      },
      output: [
        [
          'groups',
          [
            {
              c: 'a',
              rows: [
                { c: 'a', n: 1 },
                { c: 'a', n: 3 },
              ],
            },
            { c: 'b', rows: [{ c: 'b', n: 2 }] },
          ],
        ],
      ],
    },
    {
      name: 'a missing field is null',
      input: { rows: [{}, { c: null }], by: ['c'] },
      output: [['groups', [{ c: null, rows: [{}, { c: null }] }]]],
    },
    { input: { rows: [], by: [] }, output: [['groups', []]] },
    { input: { rows: [], by: ['rows'] }, output: [['error', 'by must not name a field "rows"']] },
  ],
  *run({ rows, by }) {
    if (by.includes('rows')) throw new Error('by must not name a field "rows"')
    yield ['groups', groupRows(rows, by).map(({ key, rows }) => ({ ...key, rows }))]
  },
})
