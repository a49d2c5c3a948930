import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { openSource, sourceOf } from './source.ts'

const number = z.int().min(0).default(0)

export const readText = defineBlock({
  id: '3735a31f-7e18-4aca-9e90-08a7120674bc',
  name: 'read-text',
  description: 'Read a file as text, whole or in rows and pieces: one after the other on the pin content.',
  category: 'FILES',
  capabilities: { files: ['read'], http: [fromInput('file_input')] },
  input: z.object({
    file_input: z.string().min(1).describe('A web address, a data URI, or the path of a file of the execution.'),
    delimiter: z.string().default('').describe('What ends a row; empty to take the file as one.'),
    size_limit: number.describe('Characters that one piece may have; 0 for any number.'),
    row_limit: number.describe('Rows to give; 0 for all.'),
    skip_size: number.describe('Characters to leave out at the beginning.'),
    skip_rows: number.describe('Rows to leave out at the beginning.'),
  }),
  output: z.object({ content: z.string() }),
  tests: [
    { input: { file_input: 'f/a' }, files: { 'f/a': 'Hello' }, output: [['content', 'Hello']] },
    { input: { file_input: 'a' }, files: { a: '' }, output: [['content', '']] },
    {
      input: { file_input: 'a', delimiter: '\n', skip_size: 1, skip_rows: 1, row_limit: 2 },
      files: { a: '#1\n2\n3\n4' },
      output: [
        ['content', '2'],
        ['content', '3'],
      ],
    },
    { input: { file_input: 'data:,Hello' }, output: [['content', 'Hello']] },
    {
      name: 'bytes that are no UTF-8 are Latin-1',
      input: { file_input: 'data:,caf%E9' },
      output: [['content', 'café']],
    },
    {
      input: { file_input: 'data:,a;bcd;e;f', delimiter: ';', skip_rows: 1, row_limit: 2, size_limit: 2 },
      output: [
        ['content', 'bc'],
        ['content', 'd'],
        ['content', 'e'],
      ],
    },
    { input: { file_input: 'data:,Hello', skip_size: 3 }, output: [['content', 'lo']] },
    {
      input: { file_input: 'data:,ab', size_limit: 1 },
      output: [
        ['content', 'a'],
        ['content', 'b'],
      ],
    },
  ],
  async *run({ file_input, delimiter, size_limit, row_limit, skip_size, skip_rows }, context) {
    const { stream } = await openSource(sourceOf(file_input), context)
    const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
    const text = decode(bytes).slice(skip_size)
    const rows = delimiter === '' ? [text] : text.split(delimiter)
    for (const row of rows.slice(skip_rows, row_limit === 0 ? undefined : skip_rows + row_limit))
      for (const piece of piecesOf(row, size_limit)) yield ['content', piece]
  },
})

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  }
}

function* piecesOf(text: string, size: number): Generator<string> {
  if (size === 0) return yield text
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size)
}
