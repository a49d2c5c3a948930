import { defineBlock, stringifyJson } from '@ashlar/sdk'
import { z } from 'zod'
import { buildInsert, splitRows } from './insert.ts'
import { provider } from './provider.ts'
import { credentials, resultSchema, targetPins, toTarget } from './pins.ts'

export const insertRows = defineBlock({
  id: '77611496-6ce5-416b-b87d-8697f2a65a84',
  name: 'insert-rows',
  icon: 'table-rows-split',
  description: 'Insert rows into a table of a PostgreSQL database.',
  category: 'DATABASE',
  synonyms: ['insert', 'save rows', 'upsert', 'postgresql', 'sql', 'import'],
  capabilities: { host: ['postgres/execute'], credentials: [provider.name] },
  timeoutMs: 600_000,
  input: z.object({
    rows: z.array(z.record(z.string(), z.unknown())).min(1).meta({
      title: 'Rows',
      description: 'The rows. Their keys are the names of columns. A row without one of the keys has null there.',
    }),
    table: z
      .string()
      .regex(/^[^.\0]+(\.[^.\0]+)?$/, 'must be like "item" or "shop.item"')
      .meta({ title: 'Table', description: 'The name of the table, with its schema if necessary.', examples: ['shop.item'] }),
    on_conflict: z
      .enum(['fail', 'ignore'])
      .default('fail')
      .describe('What happens to a row that violates a unique constraint. With "ignore" it is left out.'),
    ...targetPins,
  }),
  output: z.object({ count: z.int().describe('The number of rows that were inserted.') }),
  tests: [
    {
      name: 'returns the number of rows',
      input: { table: 'item', rows: [{ id: 1 }, { id: 2, name: 'b' }] },
      credentials,
      host: { 'postgres/execute': { result: { rows: [], columns: [], count: 2, command: 'INSERT' } } },
      output: [['count', 2]],
    },
    {
      name: 'reports an error of Postgres',
      input: { table: 'item', rows: [{ id: 1 }] },
      credentials,
      host: { 'postgres/execute': { error: 'duplicate key (23505)' } },
      output: [['error', 'duplicate key (23505)']],
    },
    {
      name: 'needs rows',
      input: { table: 'item', rows: [] },
      output: [['error', (message: string) => message.includes('rows')]],
    },
  ],
  async *run({ rows, table, on_conflict, ...target }, { host, progress }) {
    const sql = buildInsert(table, rows, on_conflict)
    let count = 0
    for (const [i, part] of [...splitRows(rows)].entries()) {
      const input = { sql, parameters: [stringifyJson(part)], max_rows: 1, ...toTarget(target) }
      count += resultSchema.parse(await host('postgres/execute', input, { credential: provider.name })).count
      progress((i + 1) / Math.ceil(rows.length / part.length), `${count} rows`)
    }
    yield ['count', count]
  },
})
