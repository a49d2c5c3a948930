import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compare, OPERATORS, readSide, type Operator } from './compare.ts'

/** `{ '>=': 10, '<': 20 }` */
const conditions = z.partialRecord(z.enum(OPERATORS), z.unknown())

export const switchBlock = defineBlock({
  id: '5a9e2c74-3d1b-4f86-b7a0-8c6d4e1f2b35',
  name: 'switch',
  description: 'Send a value to one of several named outputs, by what it is.',
  category: 'LOGIC',
  common: true,
  icon: 'split',
  synonyms: ['case', 'router', 'route', 'branch', 'if else', 'select case', 'match', 'choose output', 'paths', 'decision'],
  input: z.object({
    value: z.unknown().meta({ title: 'Value', description: 'The value to test.' }),
    cases: z.record(z.string().min(1), z.unknown()).meta({
      title: 'Cases',
      description:
        'By name of the output: the value that matches, a list of values of which one matches, or conditions such as {">=": 10, "<": 20}. A numeric text counts as a number.',
      examples: [{ paid: 'PAID', open: ['NEW', 'SENT'], large: { '>=': 1000 } }],
    }),
    data: z.unknown().optional().meta({ title: 'Data', description: 'What to send. By default the value.' }),
    all_matches: z
      .boolean()
      .default(false)
      .meta({ title: 'All matches', description: 'Send to every case that matches instead of the first one.', advanced: true }),
  }),
  output: z.object({
    case: z.record(z.string(), z.unknown()).meta({
      title: 'Case',
      description: 'Link case_#_<name> to receive the data of that case. Other cases receive nothing.',
    }),
    name: z.string().meta({ title: 'Name', description: 'The name of the first case that matches.' }),
    other: z.unknown().meta({ title: 'Other', description: 'The data, if no case matches.' }),
  }),
  tests: [
    {
      input: { value: 'PAID', cases: { open: ['NEW', 'SENT'], paid: 'PAID' } },
      output: [
        ['case', { paid: 'PAID' }],
        ['name', 'paid'],
      ],
    },
    {
      name: 'one value of a list',
      input: { value: 'SENT', cases: { open: ['NEW', 'SENT'] }, data: { id: 7 } },
      output: [
        ['case', { open: { id: 7 } }],
        ['name', 'open'],
      ],
    },
    {
      name: 'the first of several conditions',
      input: { value: '15', cases: { small: { '<': 10 }, medium: { '>=': 10, '<': 20 }, large: { '>=': 10 } } },
      output: [
        ['case', { medium: '15' }],
        ['name', 'medium'],
      ],
    },
    {
      name: 'all matches',
      input: { value: 15, cases: { small: { '<': 10 }, medium: { '<': 20 }, large: { '>=': 10 } }, all_matches: true },
      output: [
        ['case', { medium: 15, large: 15 }],
        ['name', 'medium'],
      ],
    },
    { name: 'no match', input: { value: null, cases: { a: 1, b: {} } }, output: [['other', null]] },
    {
      name: 'sides without an order',
      input: { value: 'many', cases: { large: { '>': 5 } } },
      output: [['error', 'case "large": cannot compare "many" > 5: both must be numbers or both texts']],
    },
  ],
  *run({ value, cases, data = value, all_matches: takesAll }) {
    const names = Object.entries(cases).filter(([name, expected]) => matches(name, value, expected))
    const [first] = names
    if (!first) return yield ['other', data]
    yield ['case', Object.fromEntries((takesAll ? names : [first]).map(([name]) => [name, data]))]
    yield ['name', first[0]]
  },
})

function matches(name: string, value: unknown, expected: unknown): boolean {
  const given = readSide(value)
  if (Array.isArray(expected)) return expected.some((each) => compare(given, '==', readSide(each)))
  const parsed = conditions.safeParse(expected)
  const listed = parsed.success ? Object.entries(parsed.data) : []
  if (listed.length === 0) return compare(given, '==', readSide(expected))
  try {
    return listed.every(([operator, side]) => compare(given, operator as Operator, readSide(side)))
  } catch (error) {
    throw new Error(`case ${JSON.stringify(name)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
