import { defineBlock } from '@ashlar/sdk'
import ICAL from 'ical.js'
import { z } from 'zod'
import { contactPin } from './contact.ts'

const contact = contactPin.partial().extend({ name: z.string().min(1) })

export const writeVcard = defineBlock({
  id: '61f7c434-74c3-4202-97a2-b22fcc8bfb7c',
  name: 'write-vcard',
  description: 'Write contacts as vCard text, which address books can import.',
  category: 'DATA',
  icon: 'book-user',
  synonyms: ['vcf', 'create vcard', 'export contacts', 'address book', 'json to vcard', 'business card', 'contact card'],
  input: z.object({
    rows: z.array(contact).meta({
      title: 'Contacts',
      description: 'Each needs a name.',
      examples: [[{ name: 'Ada King', emails: ['ada@example.com'] }]],
    }),
  }),
  output: z.object({ text: z.string().describe('vCard 3.0.') }),
  tests: [
    {
      input: {
        rows: [
          {
            name: 'Ada King',
            first_name: 'Ada',
            last_name: 'King',
            emails: ['a@x.y'],
            phones: ['+1'],
            organization: 'E; Ltd',
            addresses: [{ street: '1, Sq', city: 'L', region: '', postal_code: '', country: '' }],
            note: 'a\nb',
            birthday: '1815-12-10',
          },
          { name: 'X' },
        ],
      },
      output: [
        [
          'text',
          'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada King\r\nN:King;Ada;;;\r\nORG:E\\; Ltd\r\nEMAIL:a@x.y\r\nTEL:+1\r\nADR:;;1\\, Sq;L;;;\r\nBDAY:18151210\r\nNOTE:a\\nb\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:X\r\nN:;;;;\r\nEND:VCARD\r\n',
        ],
      ],
    },
    { input: { rows: [{ name: '' }] }, output: [['error', (message: string) => message.includes('rows.0.name')]] },
  ],
  *run({ rows }) {
    yield ['text', rows.map(toCard).join('')]
  },
})

function toCard(row: z.output<typeof contact>): string {
  const card = new ICAL.Component('vcard')
  const add = (name: string, value: string | readonly string[]): void => {
    const property = new ICAL.Property(name, card)
    // A value with parts is a list in a list.
    property.setValue(typeof value === 'string' ? value : [...value])
    card.addProperty(property)
  }
  add('version', '3.0')
  add('fn', row.name)
  add('n', [row.last_name ?? '', row.first_name ?? '', '', '', ''])
  if (row.organization) add('org', [row.organization])
  for (const email of row.emails ?? []) add('email', email)
  for (const phone of row.phones ?? []) add('tel', phone)
  for (const { street, city, region, postal_code, country } of row.addresses ?? [])
    add('adr', ['', '', street, city, region, postal_code, country])
  for (const [name, value] of [
    ['title', row.title],
    ['bday', row.birthday],
    ['url', row.url],
    ['note', row.note],
    ['uid', row.uid],
  ] as const)
    if (value) add(name, value)
  return `${card.toString()}\r\n`
}
