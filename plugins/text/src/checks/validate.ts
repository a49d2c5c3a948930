import { defineBlock } from '@ashlar/sdk'
import { isValidBIC, isValidIBAN } from 'ibantools'
import { z } from 'zod'
import { isLuhn } from '../patterns/contacts.ts'

const KINDS = [
  'email',
  'url',
  'iban',
  'bic',
  'card_number',
  'ipv4',
  'ipv6',
  'uuid',
  'date',
  'json',
  'number',
  'integer',
  'domain',
  'isbn',
  'ean',
  'phone',
  'hex_color',
  'base64',
] as const
type Kind = (typeof KINDS)[number]

export const validate = defineBlock({
  id: '0dd4696b-73bf-4c44-86e0-41d23818734b',
  name: 'validate',
  description: 'Check whether a text is a valid e-mail address, web address, IBAN, card number, IP address, date and so on.',
  category: 'TEXT',
  categories: ['LOGIC'],
  icon: 'badge-check',
  synonyms: [
    'is email',
    'check email',
    'email validation',
    'is url',
    'iban check',
    'credit card check',
    'luhn',
    'is number',
    'is json',
    'isbn',
    'validator',
    'format check',
  ],
  input: z.object({
    text: z.string().describe('The text.'),
    kind: z.enum(KINDS).describe('What the text must be. Nothing is looked up: an address can have a valid form and not exist.'),
  }),
  output: z.object({
    valid: z.boolean().describe('Whether the text is valid.'),
    positive: z
      .string()
      .describe('The text in its usual form, if it is valid: without white space at the ends, an IBAN without spaces.'),
    negative: z.string().describe('The text, if it is not valid.'),
  }),
  tests: [
    {
      input: { text: ' Ada@Example.com ', kind: 'email' },
      output: [
        ['valid', true],
        ['positive', 'Ada@Example.com'],
      ],
    },
    {
      input: { text: 'a@b', kind: 'email' },
      output: [
        ['valid', false],
        ['negative', 'a@b'],
      ],
    },
    {
      input: { text: 'de89 3704 0044 0532 0130 00', kind: 'iban' },
      output: [
        ['valid', true],
        ['positive', 'DE89370400440532013000'],
      ],
    },
    {
      input: { text: '4111-1111-1111-1112', kind: 'card_number' },
      output: [
        ['valid', false],
        ['negative', '4111-1111-1111-1112'],
      ],
    },
    {
      input: { text: '2026-02-29', kind: 'date' },
      output: [
        ['valid', false],
        ['negative', '2026-02-29'],
      ],
    },
    {
      input: { text: '978-3-16-148410-0', kind: 'isbn' },
      output: [
        ['valid', true],
        ['positive', '9783161484100'],
      ],
    },
    {
      input: { text: 'javascript:alert(1)', kind: 'url' },
      output: [
        ['valid', false],
        ['negative', 'javascript:alert(1)'],
      ],
    },
    {
      input: { text: '::1', kind: 'ipv6' },
      output: [
        ['valid', true],
        ['positive', '::1'],
      ],
    },
    {
      input: { text: '+49 (30) 123-456', kind: 'phone' },
      output: [
        ['valid', true],
        ['positive', '+4930123456'],
      ],
    },
  ],
  *run({ text, kind }) {
    const value = CLEANERS[kind]?.(text.trim()) ?? text.trim()
    const valid = CHECKS[kind](value)
    yield ['valid', valid]
    yield valid ? ['positive', value] : ['negative', text]
  },
})

const compact = (text: string) => text.replace(/[\s-]/g, '')

const CLEANERS: Partial<Record<Kind, (text: string) => string>> = {
  iban: (text) => compact(text).toUpperCase(),
  bic: (text) => compact(text).toUpperCase(),
  card_number: compact,
  isbn: (text) => compact(text).toUpperCase(),
  ean: compact,
  phone: (text) => text.replace(/(?!^)\+|[\s().\-/]/g, '').replace(/^00/, '+'),
  uuid: (text) => text.toLowerCase(),
}

const CHECKS: Readonly<Record<Kind, (text: string) => boolean>> = {
  email: (text) => z.email().safeParse(text).success && text.length <= 254,
  url: (text) => /^https?:\/\//i.test(text) && URL.canParse(text) && !/\s/.test(text),
  iban: isValidIBAN,
  bic: isValidBIC,
  card_number: (text) => /^\d{12,19}$/.test(text) && isLuhn(text),
  ipv4: (text) => z.ipv4().safeParse(text).success,
  ipv6: (text) => z.ipv6().safeParse(text).success,
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  date: (text) => z.iso.date().safeParse(text).success || z.iso.datetime({ offset: true, local: true }).safeParse(text).success,
  json: isJson,
  number: (text) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text),
  integer: (text) => /^[+-]?\d+$/.test(text),
  domain: (text) =>
    /^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(\p{L}{2,63}|xn--[a-z\d-]{1,59})$/iu.test(text),
  isbn: isIsbn,
  ean: (text) => /^(\d{8}|\d{12,14})$/.test(text) && isEan(text),
  phone: (text) => /^\+?\d{7,15}$/.test(text),
  hex_color: (text) => /^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(text),
  base64: (text) => text !== '' && z.base64().safeParse(text).success,
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function isIsbn(text: string): boolean {
  if (/^97[89]\d{10}$/.test(text)) return isEan(text)
  if (!/^\d{9}[\dX]$/.test(text)) return false
  const sum = Array.from(text).reduce((total, digit, i) => total + (digit === 'X' ? 10 : Number(digit)) * (10 - i), 0)
  return sum % 11 === 0
}

/** The check digit of GS1: weights 3 and 1 from the right. */
function isEan(text: string): boolean {
  const sum = Array.from(text)
    .toReversed()
    .reduce((total, digit, i) => total + Number(digit) * (i % 2 === 1 ? 3 : 1), 0)
  return sum % 10 === 0
}
