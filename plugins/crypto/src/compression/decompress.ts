import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { decodeBytes, toText } from '../bytes/index.ts'
import { explain, formatPin, limitBytes, readAll, toStream } from './streams.ts'

export const decompress = defineBlock({
  id: 'd1f08073-8440-484b-951d-73306a94bf59',
  name: 'decompress',
  description: 'Decompress data of gzip or deflate.',
  category: 'CRYPTO',
  categories: ['FILES'],
  icon: 'archive-restore',
  synonyms: ['gunzip', 'inflate', 'unzip', 'zlib', 'gz', 'unpack', 'extract'],
  input: z.object({
    base64: z.string().describe('The compressed data, as Base64.'),
    format: formatPin,
    max_bytes: z
      .int()
      .min(1)
      .max(8 * 2 ** 20)
      .default(4 * 2 ** 20)
      .meta({ description: 'The maximum size of the decompressed data. Larger data is an error.', advanced: true }),
  }),
  output: z.object({
    text: z.string().describe('The decompressed text. No value if the data is not UTF-8.'),
    base64: z.string().describe('The decompressed data, as Base64.'),
    bytes: z.int().describe('The size of the decompressed data.'),
  }),
  tests: [
    {
      input: { base64: 'H4sIAAAAAAAAA0vLBwD/0dxcAgAAAA==' },
      output: [['error', (message: string) => message.startsWith('base64 must be complete data in the format gzip')]],
    },
    {
      input: { base64: 'S0wcBaNgFAx3AAA=', format: 'deflate-raw' },
      output: [
        ['text', 'a'.repeat(1000)],
        ['base64', (text: string) => text.startsWith('YWFh')],
        ['bytes', 1000],
      ],
    },
    {
      name: 'ends at the limit',
      input: { base64: 'S0wcBaNgFAx3AAA=', format: 'deflate-raw', max_bytes: 999 },
      output: [['error', 'the decompressed data must have at most 999 bytes; raise max_bytes if you trust its source']],
    },
    { input: { base64: '!' }, output: [['error', (message: string) => message.startsWith('base64 must be Base64, got "!"')]] },
  ],
  async *run({ base64, format, max_bytes: maxBytes }) {
    const stream = toStream(decodeBytes(base64, 'base64', 'base64')).pipeThrough(new DecompressionStream(format))
    const data = await explain('base64', format, readAll(limitBytes(stream, maxBytes)))
    const text = toText(data)
    if (text !== undefined) yield ['text', text]
    yield ['base64', data.toBase64()]
    yield ['bytes', data.length]
  },
})
