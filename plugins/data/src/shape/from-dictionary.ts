import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dictionaryPin, rowBuilder, rows } from '../rows/index.ts'

export const fromDictionary = defineBlock({
  id: 'a2480164-6c32-451b-8d7b-460d46c8f01f',
  name: 'from-dictionary',
  description: 'Make a row of each entry of a dictionary.',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'table-of-contents',
  synonyms: ['dictionary to rows', 'object to table', 'entries', 'key value pairs', 'object to list', 'items of dictionary'],
  input: z.object({
    dictionary: dictionaryPin,
    key: z.string().min(1).default('key').meta({ title: 'Key', description: 'Field for the key.' }),
    value: z.string().min(1).default('value').meta({ title: 'Value', description: 'Field for the value.' }),
    spread: z
      .boolean()
      .default(false)
      .meta({ title: 'Spread', description: 'If the value is a dictionary, its members become fields instead.' }),
  }),
  output: z.object({ rows }),
  tests: [
    {
      input: { dictionary: { b: 1, a: [2] } },
      output: [
        [
          'rows',
          [
            { key: 'b', value: 1 },
            { key: 'a', value: [2] },
          ],
        ],
      ],
    },
    {
      input: { dictionary: { x: { n: 1, id: 9 }, y: 2 }, key: 'id', spread: true },
      output: [
        [
          'rows',
          [
            { id: 'x', n: 1 },
            { id: 'y', value: 2 },
          ],
        ],
      ],
    },
    { input: { dictionary: {} }, output: [['rows', []]] },
    { input: { dictionary: { a: 1 }, key: 'a', value: 'a' }, output: [['error', 'key and value must be different fields']] },
  ],
  *run({ dictionary, key, value, spread }) {
    if (key === value) throw new Error('key and value must be different fields')
    const build = rowBuilder([key, value])
    yield [
      'rows',
      Object.entries(dictionary).map(([name, member]) => {
        if (!spread || typeof member !== 'object' || member === null || Array.isArray(member)) return build([name, member])
        const members = Object.entries(member).filter(([each]) => each !== key)
        return rowBuilder([key, ...members.map(([each]) => each)])([name, ...members.map(([, each]: [string, unknown]) => each)])
      }),
    ]
  },
})
