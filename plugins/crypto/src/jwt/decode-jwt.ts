import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parseToken } from './token.ts'

const TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c'

export const decodeJwt = defineBlock({
  id: '04fbe675-c295-4607-a3e9-b5be075a7e5f',
  name: 'decode-jwt',
  description: 'Read the content of a JSON Web Token, without a check of its signature.',
  category: 'CRYPTO',
  icon: 'id-card',
  synonyms: ['jwt', 'json web token', 'access token', 'id token', 'claims', 'bearer token', 'parse jwt'],
  input: z.object({ token: z.string().min(1).meta({ description: 'The token.', secret: true }) }),
  output: z.object({
    claims: z
      .record(z.string(), z.unknown())
      .describe('The content. Anyone can write it: check the signature before you rely on it.'),
    header: z.record(z.string(), z.unknown()).describe('The header, with the algorithm.'),
    expires: z.string().describe('When the token expires, such as 2026-03-29T12:00:00.000Z. Empty if it does not.'),
  }),
  tests: [
    {
      input: { token: `Bearer ${TOKEN}` },
      output: [
        ['claims', { sub: '1234567890', name: 'John Doe', iat: 1516239022 }],
        ['header', { alg: 'HS256', typ: 'JWT' }],
        ['expires', ''],
      ],
    },
    {
      input: { token: 'e30.eyJleHAiOjE3NzQ3ODcwMDB9.' },
      output: [
        ['claims', { exp: 1774787000 }],
        ['header', {}],
        ['expires', '2026-03-29T12:23:20.000Z'],
      ],
    },
    { input: { token: 'a.b' }, output: [['error', 'token must have three parts between two dots, got 2']] },
    { input: { token: 'W10.e30.' }, output: [['error', 'token must have a JSON object as its header, got "[]"']] },
  ],
  *run({ token }) {
    const { claims, header } = parseToken(token)
    yield ['claims', claims]
    yield ['header', header]
    const seconds = claims['exp']
    const date = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined
    yield ['expires', date && !Number.isNaN(date.getTime()) ? date.toISOString() : '']
  },
})
