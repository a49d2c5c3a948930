import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { randomBelow, randomBytes } from './random-bytes.ts'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

export const randomId = defineBlock({
  id: '1c31bf85-b725-42aa-b967-8c3aff477a3d',
  name: 'random-id',
  description: 'Create a short unique id: ULID, Nano ID or a random number of bytes.',
  category: 'CRYPTO',
  icon: 'fingerprint',
  synonyms: ['ulid', 'nanoid', 'unique id', 'token', 'random hex', 'random bytes', 'short id', 'nonce', 'api key generator'],
  input: z.object({
    kind: z
      .enum(['nanoid', 'ulid', 'hex', 'base64url'])
      .default('nanoid')
      .describe('nanoid: characters for web addresses. ulid: 26 characters that sort by time. hex and base64url: random bytes.'),
    length: z
      .int()
      .min(1)
      .max(1024)
      .default(21)
      .describe('The number of characters of a Nano ID, or of bytes. A ULID has a fixed length.'),
  }),
  output: z.object({ id: z.string().describe('The id.') }),
  tests: [
    { input: {}, output: [['id', z.string().regex(/^[\w-]{21}$/)]] },
    { input: { kind: 'hex', length: 8 }, output: [['id', z.string().regex(/^[0-9a-f]{16}$/)]] },
    { input: { kind: 'base64url', length: 3 }, output: [['id', z.string().regex(/^[\w-]{4}$/)]] },
    {
      input: { kind: 'ulid' },
      now: '2016-07-30T23:54:10.259Z',
      output: [['id', z.string().regex(/^01ARZ3NDEK[0-9A-HJKMNP-TV-Z]{16}$/)]],
    },
    { input: { length: 0 }, output: [['error', (message: string) => message.includes('length')]] },
  ],
  *run({ kind, length }) {
    if (kind === 'ulid') yield ['id', createUlid()]
    else if (kind === 'nanoid') yield ['id', pick(URL_SAFE, length)]
    else
      yield [
        'id',
        kind === 'hex' ? randomBytes(length).toHex() : randomBytes(length).toBase64({ alphabet: 'base64url', omitPadding: true }),
      ]
  },
})

function createUlid(): string {
  let time = Date.now()
  const digits = Array.from({ length: 10 }, () => {
    const digit = CROCKFORD[time % 32]
    time = Math.floor(time / 32)
    return digit
  })
  return digits.toReversed().join('') + pick(CROCKFORD, 16)
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomBelow(alphabet.length)]).join('')
}
