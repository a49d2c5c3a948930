import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { bytesPins, toBytes } from '../bytes/index.ts'
import { formatPin, readAll, toStream } from './streams.ts'

export const compress = defineBlock({
  id: 'b95f8f5f-5ce2-4390-b412-800d5707a38f',
  name: 'compress',
  description: 'Compress a text with gzip or deflate.',
  category: 'CRYPTO',
  categories: ['FILES'],
  icon: 'file-archive',
  synonyms: ['gzip', 'deflate', 'zlib', 'gz', 'shrink', 'pack'],
  input: z.object({ ...bytesPins, format: formatPin }),
  output: z.object({
    base64: z.string().describe('The compressed data, as Base64.'),
    bytes: z.int().describe('The size of the compressed data.'),
  }),
  tests: [
    {
      input: { text: 'a'.repeat(1000), format: 'deflate-raw' },
      output: [
        ['base64', 'S0wcBaNgFAx3AAA='],
        ['bytes', (bytes: number) => bytes < 20],
      ],
    },
    {
      input: { text: '' },
      output: [
        ['base64', (text: string) => text.startsWith('H4sI')],
        ['bytes', 20],
      ],
    },
  ],
  async *run({ format, ...input }) {
    const data = await readAll(toStream(toBytes(input)).pipeThrough(new CompressionStream(format)))
    yield ['base64', data.toBase64()]
    yield ['bytes', data.length]
  },
})
