import { defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'

export const parseJsonLines = defineBlock({
  id: '3d88dcff-7cd3-4ad0-b9dd-d29bd59d6d52',
  name: 'parse-json-lines',
  description: 'Parse a text with one JSON value on each line.',
  category: 'DATA',
  icon: 'braces',
  synonyms: ['jsonl', 'ndjson', 'json lines', 'newline delimited json', 'log file', 'read jsonl', 'parse ndjson'],
  input: z.object({
    contents: z
      .string()
      .meta({ title: 'Text', description: 'The text. Empty lines are ignored.', examples: ['{"a":1}\n{"a":2}'] }),
    invalid: z
      .enum(['error', 'skip'])
      .default('error')
      .meta({ title: 'Invalid lines', description: 'Fail, or skip lines that are not JSON.' }),
  }),
  output: z.object({
    rows: z.array(z.unknown()).describe('The values, usually dictionaries.'),
    faults: z.array(z.object({ line: z.int(), message: z.string() })).describe('The lines that were skipped, by number from 1.'),
  }),
  tests: [
    {
      input: { contents: '\ufeff{"a":1}\r\n\n[7615917337495251231]\n' },
      output: [
        ['rows', [{ a: 1 }, [7615917337495251231n]]],
        ['faults', []],
      ],
    },
    {
      input: { contents: '1\nx\n2', invalid: 'skip' },
      output: [
        ['rows', [1, 2]],
        ['faults', (faults: { line: number }[]) => faults.length === 1 && faults[0]?.line === 2],
      ],
    },
    { input: { contents: '1\n{"a":}' }, output: [['error', (message: string) => message.startsWith('line 2 is not JSON: ')]] },
  ],
  *run({ contents, invalid }) {
    const rows: unknown[] = []
    const faults: { line: number; message: string }[] = []
    const lines = contents.replace(/^\ufeff/, '').split(/\r?\n/)
    lines.forEach((line, i) => {
      if (line.trim() === '') return
      try {
        rows.push(parseJson(line))
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause)
        if (invalid === 'error') throw new Error(`line ${i + 1} is not JSON: ${message}`, { cause })
        faults.push({ line: i + 1, message })
      }
    })
    yield ['rows', rows]
    yield ['faults', faults]
  },
})
