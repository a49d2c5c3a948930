import { defineBlock } from '@ashlar/sdk'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { z } from 'zod'
import { decodeBytes } from '../bytes/index.ts'
import { readSecret, secretGrant } from './provider.ts'

/** The secret of RFC 6238, appendix B: 12345678901234567890. */
const credentials = { secret: { type: 'API_KEY', key: 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq' } } as const

export const totp = defineBlock({
  id: '09179051-58f1-4c94-9596-e4f5675bcf82',
  name: 'totp',
  description: 'Compute the one-time code of an authenticator app, or check one.',
  category: 'CRYPTO',
  icon: 'key-round',
  synonyms: ['2fa', 'mfa', 'otp', 'google authenticator', 'one-time password', 'two factor', '2fa code'],
  capabilities: secretGrant,
  input: z.object({
    check: z.string().default('').describe('A code to check. The code before it and the code after it are also valid.'),
    digits: z.int().min(6).max(8).default(6).meta({ description: 'The length of the code.', advanced: true }),
    period: z.int().min(10).max(300).default(30).meta({ description: 'The seconds for which a code is valid.', advanced: true }),
    algorithm: z.enum(['SHA-1', 'SHA-256', 'SHA-512']).default('SHA-1').meta({ description: 'The algorithm.', advanced: true }),
  }),
  output: z.object({
    code: z.string().meta({ description: 'The code that is valid now.', secret: true }),
    seconds_left: z.int().describe('The seconds until the next code.'),
    valid: z.boolean().describe('Whether the code to check is valid. No value without one.'),
  }),
  tests: [
    {
      name: 'the first test vector of RFC 6238',
      input: { digits: 8 },
      credentials,
      now: '1970-01-01T00:00:59Z',
      output: [
        ['code', '94287082'],
        ['seconds_left', 1],
      ],
    },
    {
      input: { check: '081 804' },
      credentials,
      now: '2005-03-18T01:58:29Z',
      output: [
        ['code', '081804'],
        ['seconds_left', 1],
        ['valid', true],
      ],
    },
    {
      input: { check: '000000' },
      credentials,
      now: '2005-03-18T01:58:29Z',
      output: [
        ['code', '081804'],
        ['seconds_left', 1],
        ['valid', false],
      ],
    },
    {
      input: {},
      credentials: { secret: { type: 'API_KEY', key: '0189' } },
      output: [['error', 'the secret of the credential must be Base32, as shown next to the QR code']],
    },
  ],
  async *run({ check, digits, period, algorithm }, context) {
    const key = readKey(await readSecret(context))
    const seconds = Math.floor(Date.now() / 1000)
    const step = Math.floor(seconds / period)
    const code = (at: number) => computeCode(key, at, digits, algorithm)
    yield ['code', code(step)]
    yield ['seconds_left', period - (seconds % period)]
    const given = check.replace(/\s+/g, '')
    if (given !== '') yield ['valid', [step - 1, step, step + 1].some((at) => code(at) === given)]
  },
})

/** The message must not contain the secret. */
function readKey(secret: string): Uint8Array {
  try {
    return decodeBytes(secret.replaceAll('-', ''), 'base32', 'secret')
  } catch {
    throw new Error('the secret of the credential must be Base32, as shown next to the QR code')
  }
}

const HASHES = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-512': sha512 }

/** RFC 4226, section 5.3. */
function computeCode(key: Uint8Array, step: number, digits: number, algorithm: keyof typeof HASHES): string {
  const counter = new Uint8Array(8)
  new DataView(counter.buffer).setBigUint64(0, BigInt(Math.max(step, 0)))
  const mac = hmac(HASHES[algorithm], key, counter)
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const value = new DataView(mac.buffer, mac.byteOffset).getUint32(offset) & 0x7fffffff
  return String(value % 10 ** digits).padStart(digits, '0')
}
