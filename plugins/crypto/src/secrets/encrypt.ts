import { defineBlock } from '@ashlar/sdk'
import { gcm } from '@noble/ciphers/aes.js'
import { z } from 'zod'
import { bytesPins, concatenate, toBytes } from '../bytes/index.ts'
import { randomBytes } from '../random/random-bytes.ts'
import { checkSecret, deriveKey, NONCE_BYTES, SALT_BYTES, VERSION } from './cipher.ts'
import { readSecret, secretGrant } from './provider.ts'

export const encrypt = defineBlock({
  id: 'b7f6d2a4-f306-4bc0-9e50-5358ae997cc1',
  name: 'encrypt',
  description: 'Encrypt a text with a secret key.',
  category: 'CRYPTO',
  icon: 'lock',
  synonyms: ['aes', 'aes-gcm', 'cipher', 'encryption', 'protect', 'seal', 'pgp'],
  capabilities: secretGrant,
  input: z.object(bytesPins),
  output: z.object({
    encrypted: z
      .string()
      .describe(
        'The encrypted text, as Base64: a version, a salt, a nonce and the data in AES-256-GCM. It is different each time. The block "crypto/decrypt" reads it.',
      ),
  }),
  tests: [
    {
      input: { text: 'a' },
      credentials: { secret: { type: 'API_KEY', key: 'a long and random key' } },
      output: [['encrypted', z.string().regex(/^A[\w+/]{61}==$/)]],
    },
    {
      input: { text: 'a' },
      credentials: { secret: { type: 'API_KEY', key: 'short' } },
      output: [['error', 'the key of the credential must have at least 16 characters; use a random key']],
    },
  ],
  async *run(input, context) {
    const secret = await readSecret(context)
    checkSecret(secret)
    const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
    const sealed = gcm(deriveKey(secret, salt), nonce).encrypt(toBytes(input))
    yield ['encrypted', concatenate(Uint8Array.of(VERSION), salt, nonce, sealed).toBase64()]
  },
})
