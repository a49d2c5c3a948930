import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { rows } from './rows/index.ts'

export const limit = defineBlock({
  id: '1082d63c-dc73-4dc3-82c5-c60583bcf089',
  name: 'limit',
  description: 'Keep a limited number of rows, after an optional offset.',
  category: 'DATA',
  icon: 'list-start',
  synonyms: ['top', 'first', 'take', 'head', 'slice', 'skip', 'offset', 'paginate', 'sample', 'max items'],
  input: z.object({
    rows,
    count: z.int().min(0).describe('Maximum number of rows to keep.'),
    offset: z.int().min(0).default(0).describe('Number of rows to skip first.'),
  }),
  output: z.object({ rows }),
  tests: [
    { input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }], count: 2 }, output: [['rows', [{ n: 1 }, { n: 2 }]]] },
    { input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }], count: 5, offset: 2 }, output: [['rows', [{ n: 3 }]]] },
    { input: { rows: [{ n: 1 }], count: 0 }, output: [['rows', []]] },
  ],
  *run({ rows, count, offset }) {
    yield ['rows', rows.slice(offset, offset + count)]
  },
})
