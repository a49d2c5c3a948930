import { defineBlock } from '@ashlar/sdk'
import { argon2id } from '@noble/hashes/argon2.js'
import { compareSync } from 'bcryptjs'
import { z } from 'zod'
import { isSameText } from '../bytes/index.ts'

export const verifyPassword = defineBlock({
  id: 'b197adae-98fc-4c24-914e-45730de5987d',
  name: 'verify-password',
  description: 'Check a password against its hash.',
  category: 'CRYPTO',
  icon: 'shield-check',
  synonyms: ['bcrypt compare', 'argon2 verify', 'check password', 'login', 'password match'],
  input: z.object({
    password: z
      .string()
      .meta({ description: 'The password. Like every value of a pin, it is in the journal of the execution.', secret: true }),
    hash: z.string().min(1).describe('The hash, of bcrypt ("$2b$…") or of argon2id ("$argon2id$…").'),
  }),
  output: z.object({ valid: z.boolean().describe('Whether the password matches.') }),
  tests: [
    {
      input: { password: 'U*U', hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
      output: [['valid', true]],
    },
    {
      input: { password: 'U*V', hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
      output: [['valid', false]],
    },
    {
      input: {
        password: 'a',
        hash: '$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$NaHSZNjL3c71ebnMomHqE3KwZVSEdv+UEYlBfq9QLQA',
      },
      output: [['valid', true]],
    },
    {
      input: {
        password: 'b',
        hash: '$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$NaHSZNjL3c71ebnMomHqE3KwZVSEdv+UEYlBfq9QLQA',
      },
      output: [['valid', false]],
    },
    {
      input: { password: 'a', hash: 'abc' },
      output: [['error', 'hash must be a hash of bcrypt or argon2id, which starts with "$2b$" or "$argon2id$"']],
    },
    {
      name: 'a hash whose computation would take too long',
      input: { password: 'a', hash: '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$AAAA' },
      output: [
        [
          'error',
          'hash must have parameters of at most m=32768 and m*t=98304, got m=65536 and t=3, which takes too long in a block',
        ],
      ],
    },
  ],
  *run({ password, hash }) {
    if (/^\$2[aby]\$\d\d\$.{53}$/s.test(hash)) return yield ['valid', compareSync(password, hash)]
    const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash)
    if (!parts) throw new Error('hash must be a hash of bcrypt or argon2id, which starts with "$2b$" or "$argon2id$"')
    yield ['valid', verifyArgon2(password, parts)]
  },
})

const MAX_MEMORY_KIB = 32_768
const MAX_WORK = 98_304

function verifyArgon2(password: string, [, memory, passes, lanes, salt = '', expected = '']: RegExpExecArray): boolean {
  const [m, t, p] = [Number(memory), Number(passes), Number(lanes)]
  if (m > MAX_MEMORY_KIB || m * t > MAX_WORK)
    throw new Error(
      `hash must have parameters of at most m=${MAX_MEMORY_KIB} and m*t=${MAX_WORK}, got m=${m} and t=${t}, which takes too long in a block`,
    )
  const dkLen = Uint8Array.fromBase64(expected).length
  const actual = argon2id(password, Uint8Array.fromBase64(salt), { m, t, p, dkLen })
  return isSameText(actual.toBase64({ omitPadding: true }), expected)
}
