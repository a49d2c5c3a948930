import { decodeText, defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { splitText, withoutFirst } from './pieces.ts'
import { readEncodingPin } from './pins.ts'
import { openSource, parseSource } from './source.ts'
import { toText } from './text.ts'

/**
 * The maximum size of a response. Its bytes and its text are in memory at the same time. For larger files, use
 * files/store.
 */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

const number = z.int().min(0).default(0)

export const readText = defineBlock({
  id: '3735a31f-7e18-4aca-9e90-08a7120674bc',
  name: 'read-text',
  description: 'Read a file as text, as a whole or in rows and pieces, which are sent one after the other.',
  category: 'FILES',
  common: true,
  synonyms: ['open text file', 'load text', 'read lines', 'text file', 'chunk', 'split file', 'extract from file', 'file reader'],
  capabilities: { files: ['read'], http: [fromInput('file_input', { redirects: 'public' })] },
  input: z.object({
    file_input: z.string().min(1).describe('A web address, a data URI, or the path of a file of the execution.'),
    delimiter: z
      .string()
      .default('')
      .meta({ description: 'Text that ends a row. Empty to read the file as one row.', advanced: true }),
    size_limit: number.meta({ description: 'Maximum number of Unicode characters in a piece. 0 for no limit.', advanced: true }),
    row_limit: number.meta({ description: 'Maximum number of rows. 0 for all.', advanced: true }),
    skip_size: number.meta({ description: 'Number of Unicode characters to skip at the start.', advanced: true }),
    skip_rows: number.meta({ description: 'Number of rows to skip at the start.', advanced: true }),
    encoding: readEncodingPin,
  }),
  output: z.object({
    content: z.string().meta({
      description: 'The text, or with a delimiter or a size limit each piece in a loop.',
      manyIf: ['delimiter', 'size_limit'],
    }),
  }),
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
      name: 'bytes that are not UTF-8 are windows-1252',
      input: { file_input: 'data:,caf%E9%80' },
      output: [['content', 'café€']],
    },
    {
      name: 'the charset of a data URI',
      input: { file_input: 'data:text/csv;charset=windows-1252;base64,k3GUIIA1' },
      output: [['content', '“q” €5']],
    },
    {
      name: 'the charset of a response',
      input: { file_input: 'https://a.example/f' },
      http: { 'GET https://a.example/f': { base64: 'k/qWew==', headers: { 'content-type': 'text/plain; charset=Shift_JIS' } } },
      output: [['content', '日本']],
    },
    {
      name: 'the pin encoding has precedence',
      input: { file_input: 'data:;charset=utf-8,%93%FA', encoding: 'shift_jis' },
      output: [['content', '日']],
    },
    {
      name: 'UTF-16 with a byte order mark',
      input: { file_input: 'a' },
      files: { a: { base64: '//5hAD3YAN4=' } },
      output: [['content', 'a😀']],
    },
    {
      name: 'an unknown encoding',
      input: { file_input: 'data:,a', encoding: 'utf-9' },
      output: [['error', 'encoding must be a label of the Encoding standard, such as "utf-8" or "windows-1252", got "utf-9"']],
    },
    {
      name: 'does not split characters',
      input: { file_input: 'data:,a😀b', skip_size: 1, size_limit: 1 },
      output: [
        ['content', '😀'],
        ['content', 'b'],
      ],
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
  async *run({ file_input, delimiter, size_limit, row_limit, skip_size, skip_rows, encoding }, context) {
    const { stream, type } = await openSource(parseSource(file_input), context, MAX_TEXT_BYTES)
    const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
    const decoded = decodeText(bytes, { contentType: type, ...(encoding !== undefined && { encoding }) })
    const text = withoutFirst(toText(decoded, context), skip_size)
    const rows = delimiter === '' ? [text] : text.split(delimiter)
    for (const row of rows.slice(skip_rows, row_limit === 0 ? undefined : skip_rows + row_limit))
      for (const piece of splitText(row, size_limit)) yield ['content', piece]
  },
})
