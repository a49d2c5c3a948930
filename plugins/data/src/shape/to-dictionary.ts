import { defineBlock, orderedObject } from '@ashlar/sdk'
import { z } from 'zod'
import { dictionaryPin, readField, rows } from '../rows/index.ts'

export const toDictionary = defineBlock({
  id: 'c7fb1711-bf6b-400b-a8b4-7bacdc5c35fd',
  name: 'to-dictionary',
  description: 'Make a dictionary of rows, by the value of a field.',
  category: 'DATA',
  categories: ['DICTIONARY'],
  icon: 'book-key',
  synonyms: ['index by', 'key by', 'rows to object', 'group by key', 'lookup table', 'map', 'rows to dictionary'],
  input: z.object({
    rows,
    key: z.string().meta({ title: 'Key', description: 'The field whose values become keys.', examples: ['id'] }),
    value: z
      .string()
      .nullable()
      .default(null)
      .meta({ title: 'Value', description: 'The field whose values become values. Without it, the value is the row.' }),
    repeated: z.enum(['last', 'first', 'list', 'error']).default('last').meta({
      title: 'Repeated keys',
      description: 'Keep the last or the first value of a key, gather all in a list for every key, or fail.',
    }),
  }),
  output: z.object({ dictionary: dictionaryPin }),
  tests: [
    {
      input: {
        rows: [
          { k: 'b', v: 1 },
          { k: 'a', v: 2 },
          { k: 'b', v: 3 },
        ],
        key: 'k',
        value: 'v',
      },
      output: [['dictionary', { b: 3, a: 2 }]],
    },
    {
      input: { rows: [{ k: 5, v: 1 }, { k: 5 }], key: 'k', value: 'v', repeated: 'list' },
      output: [['dictionary', { '5': [1, null] }]],
    },
    { input: { rows: [{ k: 'a' }], key: 'k' }, output: [['dictionary', { a: { k: 'a' } }]] },
    {
      input: { rows: [{ k: 'a' }, { k: 'a' }], key: 'k', repeated: 'error' },
      output: [['error', 'row 2: the key "a" is already used by an earlier row']],
    },
    { input: { rows: [{ k: 'a' }, {}], key: 'k' }, output: [['error', 'row 2 has no value in the field "k"']] },
  ],
  *run({ rows, key, value, repeated }) {
    const entries = new Map<string, unknown>()
    rows.forEach((row, i) => {
      const name = readField(row, key)
      if (name === null) throw new Error(`row ${i + 1} has no value in the field ${JSON.stringify(key)}`)
      const text = typeof name === 'string' ? name : JSON.stringify(name)
      const member = value === null ? row : readField(row, value)
      const before = entries.get(text)
      if (repeated === 'list' && Array.isArray(before)) before.push(member)
      else if (repeated === 'list') entries.set(text, [member])
      else if (!entries.has(text) || repeated === 'last') entries.set(text, member)
      else if (repeated === 'error')
        throw new Error(`row ${i + 1}: the key ${JSON.stringify(text)} is already used by an earlier row`)
    })
    yield ['dictionary', orderedObject([...entries])]
  },
})
