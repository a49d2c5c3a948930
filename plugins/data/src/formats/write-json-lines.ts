import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const writeJsonLines = defineBlock({
  id: 'e18e2d11-8d71-4412-be22-395d0ebf14b9',
  name: 'write-json-lines',
  description: 'Write a list as text with one JSON value on each line.',
  category: 'DATA',
  icon: 'braces',
  synonyms: ['jsonl', 'ndjson', 'json lines', 'newline delimited json', 'export jsonl', 'to ndjson', 'fine tuning file'],
  input: z.object({ rows: z.array(z.unknown()).meta({ title: 'Rows', description: 'The values to write.' }) }),
  output: z.object({ contents: z.string().describe('Each line ends with a line feed.') }),
  tests: [
    { input: { rows: [{ a: 'x\ny' }, 7615917337495251231n] }, output: [['contents', '{"a":"x\\ny"}\n7615917337495251231\n']] },
    { input: { rows: [] }, output: [['contents', '']] },
  ],
  *run({ rows }) {
    yield ['contents', rows.map((row) => `${JSON.stringify(row)}\n`).join('')]
  },
})
