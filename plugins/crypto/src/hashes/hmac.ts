import { defineBlock } from '@ashlar/sdk'
import { hmac } from '@noble/hashes/hmac.js'
import { z } from 'zod'
import { bytesPins, decodeBytes, encodeBytes, toBytes } from '../bytes/index.ts'
import { readSecret, secretGrant } from '../secrets/provider.ts'
import { HASH_NAMES, HASHES } from './algorithms.ts'

const credentials = { secret: { type: 'API_KEY', key: 'Jefe' } } as const

export const hmacBlock = defineBlock({
  id: '22d91fab-07fe-48e2-bfd3-d71959f9d57b',
  name: 'hmac',
  description: 'Sign a text with a secret key (HMAC).',
  category: 'CRYPTO',
  icon: 'stamp',
  synonyms: ['hmac sha256', 'signature', 'sign request', 'message authentication', 'webhook signature', 'keyed hash'],
  capabilities: secretGrant,
  input: z.object({
    ...bytesPins,
    algorithm: z.enum(HASH_NAMES).default('SHA-256').describe('The algorithm of the hash.'),
    encoding: z.enum(['hex', 'base64', 'base64url']).default('hex').describe('How to write the signature.'),
    key_is: z
      .enum(['text', 'base64', 'hex'])
      .default('text')
      .meta({ title: 'Key is', description: 'How the credential contains the key.', advanced: true }),
  }),
  output: z.object({ signature: z.string().describe('The signature.') }),
  tests: [
    {
      name: 'test case 2 of RFC 4231',
      input: { text: 'what do ya want for nothing?' },
      credentials,
      output: [['signature', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843']],
    },
    {
      input: { text: 'what do ya want for nothing?', algorithm: 'MD5', encoding: 'base64', key_is: 'base64' },
      credentials: { secret: { type: 'API_KEY', key: 'SmVmZQ==' } },
      output: [['signature', 'dQx4PmqwtQPqqG4xCl23OA==']],
    },
    {
      name: 'needs a credential',
      input: { text: 'a' },
      output: [['error', (message: string) => message.includes('credential')]],
    },
    {
      name: 'does not show a key that cannot be read',
      input: { text: 'a', key_is: 'hex' },
      credentials,
      output: [['error', 'the key of the credential must be hexadecimal; correct it, or change the pin "key_is"']],
    },
  ],
  async *run({ algorithm, encoding, key_is: keyIs, ...input }, context) {
    const secret = await readSecret(context)
    const key = keyIs === 'text' ? new TextEncoder().encode(secret) : readKey(secret, keyIs)
    yield ['signature', encodeBytes(hmac(HASHES[algorithm], key, toBytes(input)), encoding)]
  },
})

/** The message must not contain the key. */
function readKey(secret: string, keyIs: 'base64' | 'hex'): Uint8Array {
  try {
    return decodeBytes(secret, keyIs, 'key')
  } catch {
    const name = keyIs === 'hex' ? 'hexadecimal' : 'Base64'
    throw new Error(`the key of the credential must be ${name}; correct it, or change the pin "key_is"`)
  }
}
