import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { explain, limitBytes, toPieces } from './streams.ts'

export const decompressFile = defineBlock({
  id: '559040f6-6f5a-47c4-aaec-f12f27c4362d',
  name: 'decompress-file',
  description: 'Decompress a gzip file of the execution.',
  category: 'CRYPTO',
  categories: ['FILES'],
  icon: 'archive-restore',
  synonyms: ['gunzip', 'gz', 'unpack file', 'ungzip', 'extract file'],
  capabilities: { files: ['read', 'write'] },
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    file: z.string().min(1).describe('The path of the compressed file.'),
    to: z.string().default('').describe('The path of the decompressed file. By default the path without ".gz".'),
    max_bytes: z
      .int()
      .min(1)
      .max(256 * 2 ** 20)
      .default(64 * 2 ** 20)
      .meta({ description: 'The maximum size of the decompressed file.', advanced: true }),
  }),
  output: z.object({ file: z.string().describe('The path of the decompressed file.'), bytes: z.int().describe('Its size.') }),
  tests: [
    {
      input: { file: 'a.txt.gz' },
      files: { 'a.txt.gz': { base64: 'H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==' } },
      output: [
        ['file', 'a.txt'],
        ['bytes', 5],
      ],
    },
    {
      input: { file: 'a.gz', max_bytes: 4 },
      files: { 'a.gz': { base64: 'H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==' } },
      output: [['error', 'the decompressed data must have at most 4 bytes; raise max_bytes if you trust its source']],
    },
    {
      input: { file: 'a.gz' },
      files: { 'a.gz': 'plain text' },
      output: [['error', (message: string) => message.startsWith('file must be complete data in the format gzip')]],
    },
    {
      input: { file: 'a' },
      files: { a: '' },
      output: [['error', 'to must be set, because the name of the file does not end with ".gz"']],
    },
  ],
  async *run({ file, to, max_bytes: maxBytes }, { files }) {
    const target = to || file.replace(/\.gz$/i, '')
    if (target === file) throw new Error('to must be set, because the name of the file does not end with ".gz"')
    const stream = toPieces(await files.open(file)).pipeThrough(new DecompressionStream('gzip'))
    const { path, bytes } = await explain('file', 'gzip', files.write(target, limitBytes(stream, maxBytes)))
    yield ['file', path]
    yield ['bytes', bytes]
  },
})
