import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, rows, type Row } from '../rows/index.ts'

const STYLES = {
  keep: (name: string) => name,
  lower: (name: string) => name.toLowerCase(),
  upper: (name: string) => name.toUpperCase(),
  snake_case: (name: string) => wordsOf(name).join('_'),
  camelCase: (name: string) =>
    wordsOf(name)
      .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
      .join(''),
} as const

export const rename = defineBlock({
  id: 'cee874ef-1c7d-4733-a536-0188a7d76aed',
  name: 'rename',
  description: 'Rename the fields of all rows.',
  category: 'DATA',
  icon: 'pencil-line',
  synonyms: [
    'rename columns',
    'rename keys',
    'map fields',
    'snake case',
    'camel case',
    'change headers',
    'normalize column names',
    'prefix columns',
  ],
  input: z.object({
    rows,
    names: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        title: 'New names',
        description: 'The new name of each field, by its old name.',
        examples: [{ 'Unit price': 'price' }],
      }),
    style: z
      .enum(Object.keys(STYLES) as (keyof typeof STYLES)[])
      .default('keep')
      .meta({ title: 'Style', description: 'How to write the names of all other fields.' }),
    prefix: z
      .string()
      .default('')
      .meta({ title: 'Prefix', description: 'Text to put before the names of all other fields.', advanced: true }),
  }),
  output: z.object({ rows }),
  tests: [
    {
      input: { rows: [{ a: 1, b: 2 }, { b: 3 }], names: { a: 'x', b: '2024' } },
      output: [['rows', [{ x: 1, '2024': 2 }, { '2024': 3 }]]],
    },
    {
      input: { rows: [{ 'Unit Price': 1, orderID: 2, 'größe (cm)': 3 }], names: { orderID: 'id' }, style: 'snake_case' },
      output: [['rows', [{ unit_price: 1, id: 2, größe_cm: 3 }]]],
    },
    { input: { rows: [{ 'unit price': 1 }], style: 'camelCase', prefix: 'p_' }, output: [['rows', [{ p_unitPrice: 1 }]]] },
    { input: { rows: [{ a: 1, b: 2 }], names: { a: 'b', b: 'a' } }, output: [['rows', [{ b: 1, a: 2 }]]] },
    {
      input: { rows: [{ a: 1, A: 2 }], style: 'lower' },
      output: [['error', 'the fields "a" and "A" would both have the name "a"']],
    },
    { input: { rows: [{ a: 1 }], names: { b: 'c' } }, output: [['error', 'no row has the field "b"; the rows have "a"']] },
    {
      name: 'accents and vowel signs that are characters of their own',
      input: { rows: [{ 'Cafe\u0301 Name': 1, 'नाम पता': 2 }], style: 'snake_case' },
      output: [['rows', [{ 'cafe\u0301_name': 1, नाम_पता: 2 }]]],
    },
  ],
  *run({ rows, names, style, prefix }) {
    const fields = listFields(rows)
    const unknown = rows.length === 0 ? undefined : Object.keys(names).find((name) => !fields.includes(name))
    if (unknown !== undefined)
      throw new Error(
        `no row has the field ${JSON.stringify(unknown)}; the rows have ${fields
          .slice(0, 20)
          .map((field) => JSON.stringify(field))
          .join(', ')}`,
      )
    const renamed = new Map(
      fields.map((field) => [field, Object.hasOwn(names, field) ? (names[field] ?? field) : prefix + STYLES[style](field)]),
    )
    assertUnique(renamed)
    yield [
      'rows',
      rows.map((row): Row => orderedObject(Object.entries(row).map(([field, value]) => [renamed.get(field) ?? field, value]))),
    ]
  },
})

function assertUnique(renamed: ReadonlyMap<string, string>): void {
  const first = new Map<string, string>()
  for (const [field, name] of renamed) {
    const other = first.get(name)
    if (other !== undefined)
      throw new Error(
        `the fields ${JSON.stringify(other)} and ${JSON.stringify(field)} would both have the name ${JSON.stringify(name)}`,
      )
    first.set(name, field)
  }
}

function wordsOf(name: string): string[] {
  return (name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [name]).map((word) => word.toLowerCase())
}
