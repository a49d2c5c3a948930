import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { findContacts, type ContactKind } from './contacts.ts'

const list = (what: string) => z.array(z.string()).describe(`${what}, each once, in order.`)

const KINDS = ['emails', 'urls', 'phones', 'hashtags', 'mentions'] as const

export const extractContacts = defineBlock({
  id: '558baeee-e8da-43f1-9f36-0504177e727a',
  name: 'extract-contacts',
  description: 'Find e-mail addresses, web addresses, phone numbers, hashtags, mentions and numbers in a text.',
  category: 'TEXT',
  icon: 'contact',
  synonyms: [
    'extract email',
    'find urls',
    'phone numbers',
    'email extractor',
    'lead',
    'scrape emails',
    'hashtags',
    'extract numbers',
    'extract links',
  ],
  input: z.object({ text: z.string().describe('The text.') }),
  output: z.object({
    emails: list('The e-mail addresses'),
    urls: list('The web addresses'),
    phones: list('The phone numbers, as they are written'),
    hashtags: list('The hashtags, with #'),
    mentions: list('The mentions, with @'),
    numbers: z.array(z.number()).describe('The numbers of the text, in order. 1,234.5 is one number.'),
  }),
  tests: [
    {
      input: {
        text: 'Mail ada@example.com, (Bo.Li+x@mail.example.co.uk). See https://a.example/x?y=(1)&z, www.b.example. Call +49 30 123456-78 or (030) 1234567. #Topic1 #1 @ada! It costs 1,234.50 on 2026-03-29, or -5 from 10.0.0.1. ada@example.com',
      },
      output: [
        ['emails', ['ada@example.com', 'Bo.Li+x@mail.example.co.uk']],
        ['urls', ['https://a.example/x?y=(1)&z', 'www.b.example']],
        ['phones', ['+49 30 123456-78', '(030) 1234567']],
        ['hashtags', ['#Topic1']],
        ['mentions', ['@ada']],
        ['numbers', (numbers: number[]) => numbers.includes(1234.5) && numbers.includes(-5)],
      ],
    },
    {
      input: { text: 'nothing here' },
      output: [
        ['emails', []],
        ['urls', []],
        ['phones', []],
        ['hashtags', []],
        ['mentions', []],
        ['numbers', []],
      ],
    },
    {
      name: 'dates and amounts are not phone numbers',
      input: { text: 'On 2026-07-31 12:30 or 31.07.2026 pay 12345.67 to 030 1234567 31.07.2026, 555-123-4567.' },
      output: [
        ['emails', []],
        ['urls', []],
        ['phones', ['030 1234567', '555-123-4567']],
        ['hashtags', []],
        ['mentions', []],
        ['numbers', (numbers: number[]) => numbers.includes(12345.67)],
      ],
    },
  ],
  *run({ text }) {
    for (const kind of KINDS) yield [kind, unique(kind, text)]
    yield ['numbers', findContacts('numbers', text).map((each) => Number(each.replaceAll(',', '')))]
  },
})

function unique(kind: ContactKind, text: string): string[] {
  return [...new Set(findContacts(kind, text))]
}
