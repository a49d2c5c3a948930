import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { provider } from './provider.ts'
import { credentials, resultSchema, rowPins, statementPins, targetPins, toTarget } from './pins.ts'

export const query = defineBlock({
  id: 'e6dea3f3-9e81-4a44-bbce-28b421047ff1',
  name: 'query',
  icon: 'search',
  description: 'Run a SELECT in a PostgreSQL database and return its rows. The transaction is read-only.',
  category: 'DATABASE',
  synonyms: ['sql', 'select', 'postgresql', 'database', 'read rows'],
  capabilities: { host: ['postgres/query'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 320_000,
  input: z.object({ ...statementPins, ...targetPins }),
  output: z.object({
    ...rowPins,
    columns: z.array(z.object({ name: z.string(), type: z.string() })).describe('Names and types of the columns.'),
    count: z.int().describe('The number of rows.'),
  }),
  tests: [
    {
      name: 'returns rows',
      input: { sql: 'select id from item' },
      credentials,
      host: {
        'postgres/query': {
          result: { rows: [{ id: 1 }, { id: 2 }], columns: [{ name: 'id', type: 'int4' }], count: 2, command: 'SELECT' },
        },
      },
      output: [
        ['row', { id: 1 }],
        ['row', { id: 2 }],
        ['rows', [{ id: 1 }, { id: 2 }]],
        ['columns', [{ name: 'id', type: 'int4' }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an error of Postgres',
      input: { sql: 'select' },
      credentials,
      host: { 'postgres/query': { error: 'syntax error at end of input (42601)' } },
      output: [['error', 'syntax error at end of input (42601)']],
    },
    { name: 'needs a statement', input: { sql: '' }, output: [['error', (message: string) => message.includes('sql')]] },
  ],
  async *run({ sql, parameters, max_rows, ...target }, { host }) {
    const input = { sql, parameters, max_rows, ...toTarget(target) }
    const { rows, columns } = resultSchema.parse(await host('postgres/query', input, { credential: provider.name }))
    for (const row of rows) yield ['row', row]
    yield ['rows', rows]
    yield ['columns', columns]
    yield ['count', rows.length]
  },
})
