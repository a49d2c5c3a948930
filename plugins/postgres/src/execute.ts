import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { provider } from './provider.ts'
import { credentials, resultSchema, rowPins, statementPins, targetPins, toTarget } from './pins.ts'

export const execute = defineBlock({
  id: '5d69d2ab-9813-47df-a976-ba2db60d3fa9',
  name: 'execute',
  icon: 'database-zap',
  description: 'Run one SQL statement in a PostgreSQL database that may change data.',
  category: 'DATABASE',
  synonyms: ['sql', 'insert', 'update', 'delete', 'postgresql', 'database'],
  capabilities: { host: ['postgres/execute'], credentials: [provider.name] },
  timeoutMs: 320_000,
  input: z.object({ ...statementPins, ...targetPins }),
  output: z.object({ ...rowPins, count: z.int().describe('The number of rows that the statement has changed or returned.') }),
  tests: [
    {
      name: 'returns the number of changed rows',
      input: { sql: 'delete from item' },
      credentials,
      host: { 'postgres/execute': { result: { rows: [], columns: [], count: 3, command: 'DELETE' } } },
      output: [
        ['rows', []],
        ['count', 3],
      ],
    },
    {
      name: 'returns the rows of a statement with "returning"',
      input: { sql: 'update item set sold = true returning id' },
      credentials,
      host: {
        'postgres/execute': {
          result: { rows: [{ id: 1 }, { id: 2 }], columns: [{ name: 'id', type: 'int4' }], count: 2, command: 'UPDATE' },
        },
      },
      output: [
        ['row', { id: 1 }],
        ['row', { id: 2 }],
        ['rows', [{ id: 1 }, { id: 2 }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an error of Postgres',
      input: { sql: 'delete from none' },
      credentials,
      host: { 'postgres/execute': { error: 'relation "none" does not exist (42P01) at character 13' } },
      output: [['error', 'relation "none" does not exist (42P01) at character 13']],
    },
  ],
  async *run({ sql, parameters, max_rows, ...target }, { host }) {
    const input = { sql, parameters, max_rows, ...toTarget(target) }
    const { rows, count } = resultSchema.parse(await host('postgres/execute', input, { credential: provider.name }))
    for (const row of rows) yield ['row', row]
    yield ['rows', rows]
    yield ['count', count]
  },
})
