import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { rows } from '../rows/index.ts'

export const chunk = defineBlock({
  id: '5b442076-feaa-446d-9c8d-a33161e665fd',
  name: 'chunk',
  description: 'Divide rows into tables of a maximum number of rows.',
  category: 'DATA',
  icon: 'rows-4',
  synonyms: ['split in batches', 'batch rows', 'paginate', 'partition', 'split table', 'group in chunks', 'pages'],
  input: z.object({
    rows,
    size: z.int().min(1).default(100).meta({ title: 'Size', description: 'Maximum number of rows of a table.' }),
  }),
  output: z.object({
    tables: z.array(rows).describe('The tables. The last one may have fewer rows.'),
    count: z.int().describe('Number of tables.'),
  }),
  tests: [
    {
      input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }], size: 2 },
      output: [
        ['tables', [[{ n: 1 }, { n: 2 }], [{ n: 3 }]]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [] },
      output: [
        ['tables', []],
        ['count', 0],
      ],
    },
  ],
  *run({ rows, size }) {
    const tables = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size))
    yield ['tables', tables]
    yield ['count', tables.length]
  },
})
