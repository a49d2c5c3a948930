import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { bytesPins, encodeBytes, toBytes } from '../bytes/index.ts'
import { CHECKSUM_NAMES, startHash } from './algorithms.ts'

export const hash = defineBlock({
  id: '705f64fa-dcde-436b-8ffb-e90242a45449',
  name: 'hash',
  description: 'Compute the hash of a text: SHA-256, MD5 and others.',
  category: 'CRYPTO',
  icon: 'hash',
  synonyms: ['sha256', 'sha1', 'sha512', 'md5', 'sha3', 'blake2', 'blake3', 'crc32', 'checksum', 'digest', 'fingerprint'],
  input: z.object({
    ...bytesPins,
    algorithm: z
      .enum(CHECKSUM_NAMES)
      .default('SHA-256')
      .describe('The algorithm. MD5, SHA-1 and CRC-32 do not protect against forgery.'),
    encoding: z.enum(['hex', 'base64', 'base64url']).default('hex').describe('How to write the hash.'),
  }),
  output: z.object({ hash: z.string().describe('The hash.') }),
  tests: [
    { input: { text: 'abc' }, output: [['hash', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad']] },
    { input: { text: '', algorithm: 'MD5' }, output: [['hash', 'd41d8cd98f00b204e9800998ecf8427e']] },
    { input: { text: 'é', algorithm: 'SHA-1', encoding: 'base64' }, output: [['hash', 'vxW+cXrBsIC08cRWaSgliR/1Bz0=']] },
    { name: 'the checksum of RFC 3720', input: { text: '123456789', algorithm: 'CRC-32' }, output: [['hash', 'cbf43926']] },
    {
      input: { text: 'YWJj', text_is: 'base64', algorithm: 'SHA3-256' },
      output: [['hash', '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532']],
    },
    {
      input: { text: 'abc', algorithm: 'BLAKE2b' },
      output: [['hash', (text: string) => text.startsWith('ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1')]],
    },
    {
      input: { text: 'xyz', text_is: 'hex' },
      output: [['error', (message: string) => message.startsWith('text must be hexadecimal, got "xyz"')]],
    },
  ],
  *run({ algorithm, encoding, ...input }) {
    const running = startHash(algorithm)
    running.update(toBytes(input))
    yield ['hash', encodeBytes(running.digest(), encoding)]
  },
})
