import { defineBlock } from '@ashlar/sdk'
import { parse, TomlDate, TomlError } from 'smol-toml'
import { z } from 'zod'

export const parseToml = defineBlock({
  id: '7c2e15ae-62e7-46f1-956f-7c0f809de0c2',
  name: 'parse-toml',
  description: 'Parse a TOML text into a dictionary.',
  category: 'DATA',
  icon: 'file-cog',
  synonyms: ['toml to json', 'read toml', 'config file', 'cargo', 'pyproject', 'from toml'],
  input: z.object({ text: z.string().meta({ title: 'Text', description: 'TOML 1.0.' }) }),
  output: z.object({ data: z.unknown().describe('Dates and times are texts in ISO 8601.') }),
  tests: [
    {
      input: {
        text: 'n = "Ada"\nid = 7615917337495251231\n[a.b]\nd = 2026-07-31\nt = 2026-07-31T10:00:00+02:00\n[[l]]\nx = 1\n[[l]]\nx = 2.5',
      },
      output: [
        [
          'data',
          {
            n: 'Ada',
            id: 7615917337495251231n,
            a: { b: { d: '2026-07-31', t: '2026-07-31T10:00:00.000+02:00' } },
            l: [{ x: 1 }, { x: 2.5 }],
          },
        ],
      ],
    },
    {
      input: { text: 'a = 1\nb =' },
      output: [['error', (message: string) => message.startsWith('text must be TOML, but line 2, column 4: ')]],
    },
    { input: { text: 'a = inf' }, output: [['error', 'text has a number that JSON does not have: Infinity']] },
  ],
  *run({ text }) {
    yield ['data', toData(parseText(text))]
  },
})

function parseText(text: string): unknown {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason] = error.message.replace(/^Invalid TOML document: /, '').split('\n')
    throw new Error(`text must be TOML, but line ${error.line}, column ${error.column}: ${reason}`, { cause: error })
  }
}

function toData(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString()
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`text has a number that JSON does not have: ${value}`)
  if (Array.isArray(value)) return value.map(toData)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toData(member)]))
}
