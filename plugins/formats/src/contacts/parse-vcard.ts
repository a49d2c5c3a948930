import { defineBlock } from '@ashlar/sdk'
import ICAL from 'ical.js'
import { z } from 'zod'
import { contactPin, type Contact } from './contact.ts'

export const parseVcard = defineBlock({
  id: 'bc50b76b-cad0-4e68-a754-d66b936530db',
  name: 'parse-vcard',
  description: 'Read the contacts of a vCard text.',
  category: 'DATA',
  icon: 'contact',
  synonyms: ['vcf', 'contacts', 'address book', 'vcard to json', 'import contacts', 'read vcf', 'business card'],
  input: z.object({ text: z.string().meta({ title: 'Text', description: 'vCard 3.0 or 4.0, with any number of contacts.' }) }),
  output: z.object({ rows: z.array(contactPin), count: z.int().describe('Number of contacts.') }),
  tests: [
    {
      input: {
        text: 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada King\r\nN:King;Ada;;;\r\nORG:Engine Ltd;Maths\r\nEMAIL;TYPE=work:ada@example.com\r\nTEL;TYPE=cell:+44 1\r\nTEL:tel:+44-2\r\nADR:;;1 St James Sq;London;;SW1;UK\r\nBDAY:1815-12-10\r\nNOTE:a\\nb\\, c\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:X\r\nEND:VCARD\r\n',
      },
      output: [
        [
          'rows',
          [
            {
              uid: null,
              name: 'Ada King',
              first_name: 'Ada',
              last_name: 'King',
              organization: 'Engine Ltd, Maths',
              title: null,
              emails: ['ada@example.com'],
              phones: ['+44 1', '+44-2'],
              addresses: [{ street: '1 St James Sq', city: 'London', region: '', postal_code: 'SW1', country: 'UK' }],
              birthday: '1815-12-10',
              url: null,
              note: 'a\nb, c',
            },
            {
              uid: null,
              name: 'X',
              first_name: '',
              last_name: '',
              organization: null,
              title: null,
              emails: [],
              phones: [],
              addresses: [],
              birthday: null,
              url: null,
              note: null,
            },
          ],
        ],
        ['count', 2],
      ],
    },
    { input: { text: 'x' }, output: [['error', (message: string) => message.startsWith('text must be a vCard')]] },
    {
      input: { text: 'BEGIN:VCALENDAR\nEND:VCALENDAR' },
      output: [['error', 'text must be a vCard, which starts with BEGIN:VCARD']],
    },
  ],
  *run({ text }) {
    const rows = parse(text).map(toContact)
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

function parse(text: string): ICAL.Component[] {
  try {
    const parsed = ICAL.parse(text.replace(/^\ufeff/, '').trim()) as unknown[]
    const all = (typeof parsed[0] === 'string' ? [parsed] : parsed) as ConstructorParameters<typeof ICAL.Component>[0][]
    const cards = all.map((each) => new ICAL.Component(each)).filter(({ name }) => name === 'vcard')
    if (cards.length > 0) return cards
  } catch (error) {
    throw new Error(`text must be a vCard: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  throw new Error('text must be a vCard, which starts with BEGIN:VCARD')
}

function toContact(card: ICAL.Component): Contact {
  const [lastName = '', firstName = ''] = partsOf(card.getFirstPropertyValue('n'))
  const organization = partsOf(card.getFirstPropertyValue('org')).filter((part) => part !== '')
  return {
    uid: textOf(card, 'uid'),
    name: textOf(card, 'fn') ?? `${firstName} ${lastName}`.trim(),
    first_name: firstName,
    last_name: lastName,
    organization: organization.length > 0 ? organization.join(', ') : null,
    title: textOf(card, 'title'),
    emails: card.getAllProperties('email').map((each) => String(each.getFirstValue())),
    phones: card.getAllProperties('tel').map((each) => String(each.getFirstValue()).replace(/^tel:/i, '')),
    addresses: card.getAllProperties('adr').map((each) => {
      const [, , street = '', city = '', region = '', postalCode = '', country = ''] = partsOf(each.getFirstValue())
      return { street, city, region, postal_code: postalCode, country }
    }),
    birthday: textOf(card, 'bday'),
    url: textOf(card, 'url'),
    note: textOf(card, 'note'),
  }
}

function textOf(card: ICAL.Component, name: string): string | null {
  const value: unknown = card.getFirstPropertyValue(name)
  return value === null || value === undefined ? null : String(value)
}

/** The parts of a value with semicolons. A part with commas is a list. */
function partsOf(value: unknown): string[] {
  const parts: unknown[] = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]
  return parts.map((part) => (Array.isArray(part) ? part.join(', ') : String(part)))
}
