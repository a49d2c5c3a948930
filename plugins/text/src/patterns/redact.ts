import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { cleanContact, CONTACTS, isPlausible } from './contacts.ts'

const KINDS = ['emails', 'phones', 'card_numbers', 'ibans', 'ip_addresses', 'urls'] as const

export const redact = defineBlock({
  id: 'e25e30d3-9e28-4609-bcce-afae3ed7e42b',
  name: 'redact',
  description: 'Hide e-mail addresses, phone numbers, card numbers and other personal data in a text.',
  category: 'TEXT',
  icon: 'eye-off',
  synonyms: ['anonymize', 'mask', 'pii', 'gdpr', 'privacy', 'remove personal data', 'censor', 'hide email', 'guardrail'],
  input: z.object({
    text: z.string().describe('The text.'),
    kinds: z
      .array(z.enum(KINDS))
      .default(['emails', 'phones', 'card_numbers', 'ibans', 'ip_addresses'])
      .describe('What to hide.'),
    words: z.array(z.string().min(1)).default([]).describe('More texts to hide, such as names.'),
    replacement: z.string().default('[{kind}]').describe('What to write instead. {kind} is the kind, such as "email".'),
  }),
  output: z.object({
    text: z
      .string()
      .describe('The text without the personal data. Names and addresses of places remain, unless "words" contains them.'),
    count: z.int().describe('The number of parts that were hidden.'),
  }),
  tests: [
    {
      input: {
        text: 'Ada: a@b.example, +49 30 1234567, 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00, 10.0.0.1.',
        words: ['Ada'],
      },
      output: [
        ['text', '[word]: [email], [phone], [card number], [iban], [ip address].'],
        ['count', 6],
      ],
    },
    {
      input: { text: 'a@b.example', replacement: '***' },
      output: [
        ['text', '***'],
        ['count', 1],
      ],
    },
    {
      input: { text: 'a@b.example 1234 5678', kinds: [] },
      output: [
        ['text', 'a@b.example 1234 5678'],
        ['count', 0],
      ],
    },
    {
      name: 'dates and amounts remain',
      input: { text: 'On 2026-07-31 12:30 pay 12345.67, 31.07.2026 +49 30 1234567' },
      output: [
        ['text', 'On 2026-07-31 12:30 pay 12345.67, 31.07.2026 [phone]'],
        ['count', 1],
      ],
    },
  ],
  *run({ text, kinds, words, replacement }) {
    let count = 0
    const hide = (kind: string) => {
      count++
      return replacement.replaceAll('{kind}', kind)
    }
    let result = text
    // Card numbers and IBANs look like phone numbers.
    for (const kind of ORDER.filter((each) => kinds.includes(each))) result = hideKind(result, kind, hide)
    for (const word of words)
      result = result.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(word)}(?![\\p{L}\\p{N}])`, 'giu'), () =>
        hide('word'),
      )
    yield ['text', result]
    yield ['count', count]
  },
})

const NAMES = {
  urls: 'address',
  emails: 'email',
  ibans: 'iban',
  card_numbers: 'card number',
  ip_addresses: 'ip address',
  phones: 'phone',
} as const

const ORDER = ['urls', 'emails', 'ibans', 'card_numbers', 'ip_addresses', 'phones'] as const

function hideKind(text: string, kind: keyof typeof NAMES, hide: (kind: string) => string): string {
  return text.replaceAll(CONTACTS[kind], (found: string) => {
    const part = cleanContact(kind, found)
    return isPlausible(kind, part) ? found.replace(part, () => hide(NAMES[kind])) : found
  })
}
