import { defineBlock } from '@ashlar/sdk'
import { gcm } from '@noble/ciphers/aes.js'
import { z } from 'zod'
import { decodeBytes, toText } from '../bytes/index.ts'
import { deriveKey, NONCE_BYTES, SALT_BYTES, VERSION } from './cipher.ts'
import { readSecret, secretGrant } from './provider.ts'

const credentials = { secret: { type: 'API_KEY', key: 'a long and random key' } } as const

export const decrypt = defineBlock({
  id: '14ee701c-62c1-4b7a-bb48-afb775bf2fcc',
  name: 'decrypt',
  description: 'Decrypt a text that the block "crypto/encrypt" has encrypted.',
  category: 'CRYPTO',
  icon: 'lock-open',
  synonyms: ['aes', 'aes-gcm', 'decipher', 'unlock', 'decryption', 'open'],
  capabilities: secretGrant,
  input: z.object({ encrypted: z.string().min(1).describe('The encrypted text.') }),
  output: z.object({
    text: z.string().describe('The decrypted text. No value if the bytes are not UTF-8.'),
    base64: z.string().describe('The decrypted bytes, as Base64.'),
  }),
  tests: [
    {
      input: { encrypted: 'AQcHBwcHBwcHBwcHBwcHBwcJCQkJCQkJCQkJCQkKhmSIemep773gNJU9R3gSreMQwwhkoQ==' },
      credentials,
      output: [
        ['text', 'Grüße'],
        ['base64', 'R3LDvMOfZQ=='],
      ],
    },
    {
      name: 'another key',
      input: { encrypted: 'AQcHBwcHBwcHBwcHBwcHBwcJCQkJCQkJCQkJCQkKhmSIemep773gNJU9R3gSreMQwwhkoQ==' },
      credentials: { secret: { type: 'API_KEY', key: 'another random key' } },
      output: [['error', 'encrypted cannot be decrypted: it was encrypted with another key, or it has been changed']],
    },
    {
      input: { encrypted: 'AAAA' },
      credentials,
      output: [['error', 'encrypted must be a text that the block "crypto/encrypt" has written']],
    },
  ],
  async *run({ encrypted }, context) {
    const bytes = decodeBytes(encrypted, 'base64', 'encrypted')
    const start = 1 + SALT_BYTES + NONCE_BYTES
    if (bytes[0] !== VERSION || bytes.length < start + 16)
      throw new Error('encrypted must be a text that the block "crypto/encrypt" has written')
    const key = deriveKey(await readSecret(context), bytes.subarray(1, 1 + SALT_BYTES))
    const opened = open(key, bytes.subarray(1 + SALT_BYTES, start), bytes.subarray(start))
    const text = toText(opened)
    if (text !== undefined) yield ['text', text]
    yield ['base64', opened.toBase64()]
  },
})

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  try {
    return gcm(key, nonce).decrypt(sealed)
  } catch (cause) {
    throw new Error('encrypted cannot be decrypted: it was encrypted with another key, or it has been changed', { cause })
  }
}
