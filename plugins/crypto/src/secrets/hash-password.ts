import { defineBlock } from '@ashlar/sdk'
import { argon2id } from '@noble/hashes/argon2.js'
import { hashSync } from 'bcryptjs'
import { z } from 'zod'
import { randomBytes } from '../random/random-bytes.ts'

export const hashPassword = defineBlock({
  id: 'b4cecb0f-8c8e-401f-bf88-1731b195ef14',
  name: 'hash-password',
  description: 'Hash a password, so that it can be stored and checked later.',
  category: 'CRYPTO',
  icon: 'key-round',
  synonyms: ['bcrypt', 'argon2', 'password hash', 'store password', 'salt', 'htpasswd'],
  input: z.object({
    password: z
      .string()
      .min(1)
      .meta({ description: 'The password. Like every value of a pin, it is in the journal of the execution.', secret: true }),
    algorithm: z
      .enum(['bcrypt', 'argon2id'])
      .default('bcrypt')
      .describe('bcrypt reads at most 72 bytes of a password; argon2id has no such limit.'),
    cost: z
      .int()
      .min(8)
      .max(14)
      .default(10)
      .meta({ description: 'The cost of bcrypt: each step doubles the time.', advanced: true }),
  }),
  output: z.object({ hash: z.string().describe('The hash, with its algorithm, cost and salt.') }),
  tests: [
    { input: { password: 'p', cost: 8 }, output: [['hash', z.string().regex(/^\$2[ab]\$08\$[./A-Za-z0-9]{53}$/)]] },
    {
      input: { password: 'p', algorithm: 'argon2id' },
      output: [['hash', z.string().regex(/^\$argon2id\$v=19\$m=8192,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)]],
    },
    {
      input: { password: 'ä'.repeat(37) },
      output: [['error', 'password must have at most 72 bytes for bcrypt, got 74; use argon2id']],
    },
  ],
  *run({ password, algorithm, cost }) {
    if (algorithm === 'argon2id') return yield ['hash', hashArgon2(password)]
    const bytes = new TextEncoder().encode(password).length
    if (bytes > 72) throw new Error(`password must have at most 72 bytes for bcrypt, got ${bytes}; use argon2id`)
    yield ['hash', hashSync(password, cost)]
  },
})

/** 8 MiB and 2 passes take about a second of CPU time in JavaScript. */
const ARGON2 = { t: 2, m: 8192, p: 1 } as const

function hashArgon2(password: string): string {
  const salt = randomBytes(16)
  const [hash, shownSalt] = [argon2id(password, salt, ARGON2), salt].map((bytes) => bytes.toBase64({ omitPadding: true }))
  return `$argon2id$v=19$m=${ARGON2.m},t=${ARGON2.t},p=${ARGON2.p}$${shownSalt}$${hash}`
}
