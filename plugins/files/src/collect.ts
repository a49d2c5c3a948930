import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin } from './pins.ts'
import { toRecords } from './records.ts'

/** Records that are written at a time. */
const RECORDS_AT_ONCE = 1000

export const collect = defineBlock({
  id: '0e0a1918-127d-4285-80b6-842194d9190e',
  name: 'collect',
  description: 'Write the items of a loop to one file, in the order of the loop. An existing file is replaced.',
  category: 'FILES',
  categories: ['LOOP'],
  synonyms: [
    'gather into file',
    'append to file',
    'export rows',
    'save all items',
    'json lines',
    'jsonl',
    'ndjson',
    'log file',
    'end loop',
    'write csv',
  ],
  capabilities: { files: ['write'] },
  onCrash: 'retry', // a write replaces the whole file, so repeating it has the same result
  timeoutMs: 600_000, // a file may have 256 MiB of small items
  input: z.object({
    item: z
      .array(z.unknown())
      .default([])
      .meta({ description: 'A value of each iteration of the loop.', collect: true, paged: true }),
    path: pathPin,
    format: z
      .enum(['jsonl', 'json', 'csv', 'lines'])
      .default('jsonl')
      .describe(
        'jsonl: one JSON value in each line. json: one JSON list. csv: a table (RFC 4180), with a column for each field of the items. lines: one text in each line.',
      ),
    columns: z
      .array(z.string())
      .default([])
      .meta({ description: 'The columns of a table, in order. By default all fields, in the order of their first use.' }),
  }),
  output: z.object({
    path: z.string(),
    count: z.int().describe('The number of items.'),
    bytes: z.int().describe('The size of the file.'),
  }),
  tests: [
    {
      input: { item: ['a', { b: [1] }], path: 'all.jsonl' },
      output: [
        ['path', 'all.jsonl'],
        ['count', 2],
        ['bytes', '"a"\n{"b":[1]}\n'.length],
      ],
    },
    {
      input: { item: [{ id: 1, name: 'Ada' }], path: 'all.csv', format: 'csv' },
      output: [
        ['path', 'all.csv'],
        ['count', 1],
        ['bytes', 'id,name\n1,Ada\n'.length],
      ],
    },
    {
      name: 'an empty loop',
      input: { path: 'none', format: 'json' },
      output: [
        ['path', 'none'],
        ['count', 0],
        ['bytes', '[]\n'.length],
      ],
    },
    {
      input: { item: [1], path: 'table.csv', format: 'csv' },
      output: [['error', 'item 1 must be a dictionary to be a row of a table, got 1']],
    },
    { input: { item: [1], path: '../a' }, output: [['error', 'files: the path "../a" must not have the names "." and ".."']] },
  ],
  async *run({ path, format, columns }, { files, collected }) {
    let count = 0
    async function* items(): AsyncGenerator<unknown> {
      count = 0
      for await (const item of collected('item')) {
        count++
        yield item
      }
    }
    const written = await files.write(path, toStream(toRecords(items, { format, columns })))
    yield ['path', written.path]
    yield ['count', count]
    yield ['bytes', written.bytes]
  },
})

function toStream(records: AsyncIterator<string, unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const texts: string[] = []
      while (texts.length < RECORDS_AT_ONCE) {
        const { value, done } = await records.next()
        if (done) break
        texts.push(value)
      }
      if (texts.length > 0) controller.enqueue(encoder.encode(texts.join('')))
      if (texts.length < RECORDS_AT_ONCE) controller.close()
    },
  })
}
