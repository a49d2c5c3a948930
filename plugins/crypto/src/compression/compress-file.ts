import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const compressFile = defineBlock({
  id: '145f6dfd-aaa5-4d87-b228-5afe62a66daa',
  name: 'compress-file',
  description: 'Compress a file of the execution with gzip.',
  category: 'CRYPTO',
  categories: ['FILES'],
  icon: 'file-archive',
  synonyms: ['gzip', 'gz', 'shrink file', 'pack file', 'archive'],
  capabilities: { files: ['read', 'write'] },
  onCrash: 'retry',
  timeoutMs: 600_000,
  input: z.object({
    file: z.string().min(1).describe('The path of the file.'),
    to: z.string().default('').describe('The path of the compressed file. By default the path of the file with ".gz".'),
  }),
  output: z.object({ file: z.string().describe('The path of the compressed file.'), bytes: z.int().describe('Its size.') }),
  tests: [
    {
      input: { file: 'a.txt' },
      files: { 'a.txt': 'a'.repeat(5000) },
      output: [
        ['file', 'a.txt.gz'],
        ['bytes', (bytes: number) => bytes > 20 && bytes < 60],
      ],
    },
    {
      input: { file: 'a.txt', to: 'a.txt' },
      files: { 'a.txt': 'a' },
      output: [['error', 'to must be another path than file, got "a.txt"']],
    },
  ],
  async *run({ file, to }, { files }) {
    const target = to || `${file}.gz`
    if (target === file) throw new Error(`to must be another path than file, got ${JSON.stringify(to)}`)
    const { path, bytes } = await files.write(target, (await files.open(file)).pipeThrough(new CompressionStream('gzip')))
    yield ['file', path]
    yield ['bytes', bytes]
  },
})
