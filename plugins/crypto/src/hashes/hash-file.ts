import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { encodeBytes } from '../bytes/index.ts'
import { CHECKSUM_NAMES, startHash } from './algorithms.ts'

export const hashFile = defineBlock({
  id: 'c4e2f4d6-7bb5-4f34-81e5-89027ee207dd',
  name: 'hash-file',
  description: 'Compute the hash of a file, of any size.',
  category: 'CRYPTO',
  categories: ['FILES'],
  icon: 'file-digit',
  synonyms: ['checksum of file', 'sha256sum', 'md5sum', 'file fingerprint', 'verify download', 'etag'],
  capabilities: { files: ['read'] },
  timeoutMs: 300_000,
  input: z.object({
    file: z.string().min(1).describe('The path of a file of the execution.'),
    algorithm: z
      .enum(CHECKSUM_NAMES)
      .default('SHA-256')
      .describe('The algorithm. MD5, SHA-1 and CRC-32 do not protect against forgery.'),
    encoding: z.enum(['hex', 'base64', 'base64url']).default('hex').describe('How to write the hash.'),
  }),
  output: z.object({ hash: z.string().describe('The hash.'), bytes: z.int().describe('The size of the file.') }),
  tests: [
    {
      input: { file: 'a.txt', algorithm: 'MD5' },
      files: { 'a.txt': 'abc' },
      output: [
        ['hash', '900150983cd24fb0d6963f7d28e17f72'],
        ['bytes', 3],
      ],
    },
    { input: { file: 'b.txt' }, output: [['error', (message: string) => message.includes('b.txt')]] },
  ],
  async *run({ file, algorithm, encoding }, { files }) {
    const running = startHash(algorithm)
    let bytes = 0
    for await (const chunk of await files.open(file)) {
      running.update(chunk)
      bytes += chunk.length
    }
    yield ['hash', encodeBytes(running.digest(), encoding)]
    yield ['bytes', bytes]
  },
})
