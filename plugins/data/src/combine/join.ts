import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPins, otherKeysOf, rows } from '../rows/index.ts'
import { CONFLICTS, JOIN_TYPES, joinRows } from './join-rows.ts'

const people = [
  { id: 1, name: 'Ada', city: 'London' },
  { id: 2, name: 'Alan', city: 'Wilmslow' },
]
const orders = [
  { id: '1', item: 'tea' },
  { id: '1', item: 'ink' },
  { id: '3', item: 'pen' },
]

export const join = defineBlock({
  id: 'c890c0a0-6192-4497-849f-549102bafe5d',
  name: 'join',
  description: 'Join two tables: combine the rows of one with the rows of the other that have the same keys.',
  category: 'DATA',
  common: true,
  icon: 'combine',
  synonyms: [
    'merge tables',
    'merge by key',
    'combine rows',
    'inner join',
    'left join',
    'outer join',
    'full join',
    'sql join',
    'match rows',
    'anti join',
    'xlookup',
    'enrich',
  ],
  input: z.object({
    rows: rows.meta({ title: 'Rows', description: 'The first table.' }),
    other: rows.meta({ title: 'Other rows', description: 'The second table.' }),
    ...keyPins,
    type: z.enum(JOIN_TYPES).default('inner').meta({
      title: 'Type',
      description:
        'Rows of the result. inner: pairs of rows that match. left: also the rows of the first table without a match. right: also those of the second. full: both. semi: the rows of the first table that have a match, unchanged. anti: those that have none.',
    }),
    conflicts: z.enum(CONFLICTS).default('rename').meta({
      title: 'Conflicts',
      description:
        'If both tables have a field that is not a key: rename the second one, keep the value of the first, replace it with the second, or fail.',
    }),
    suffix: z
      .string()
      .min(1)
      .default('_2')
      .meta({ title: 'Suffix', description: 'Added to the names of renamed fields.', advanced: true }),
  }),
  output: z.object({
    rows: rows.describe('The fields of the first table, then those of the second. A field without a value is null.'),
    count: z.int().describe('Number of rows.'),
  }),
  tests: [
    {
      name: 'a number matches the text of the number, and each match is a row',
      input: { rows: people, other: orders, keys: ['id'] },
      output: [
        [
          'rows',
          [
            { id: 1, name: 'Ada', city: 'London', item: 'tea' },
            { id: 1, name: 'Ada', city: 'London', item: 'ink' },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { rows: people, other: orders, keys: ['id'], type: 'full' },
      output: [
        [
          'rows',
          [
            { id: 1, name: 'Ada', city: 'London', item: 'tea' },
            { id: 1, name: 'Ada', city: 'London', item: 'ink' },
            { id: 2, name: 'Alan', city: 'Wilmslow', item: null },
            { id: '3', name: null, city: null, item: 'pen' },
          ],
        ],
        ['count', 4],
      ],
    },
    {
      input: { rows: people, other: orders, keys: ['id'], type: 'anti' },
      output: [
        ['rows', [{ id: 2, name: 'Alan', city: 'Wilmslow' }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: people, other: orders, keys: ['id'], type: 'semi', text_numbers: false },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    {
      name: 'keys with different names, and a field that both tables have',
      input: {
        rows: [{ a: 1, b: 2, v: 'x' }],
        other: [{ c: 1, d: 2, v: 'y', v_2: 'z' }],
        keys: ['a', 'b'],
        other_keys: ['c', 'd'],
        type: 'left',
      },
      output: [
        ['rows', [{ a: 1, b: 2, v: 'x', v_2_2: 'y', v_2: 'z' }]],
        ['count', 1],
      ],
    },
    {
      input: {
        rows: [
          { id: 1, v: 'x' },
          { id: 2, v: 'w' },
        ],
        other: [
          { id: 1, v: 'y' },
          { id: 5, v: 'q' },
        ],
        keys: ['id'],
        type: 'full',
        conflicts: 'replace',
      },
      output: [
        [
          'rows',
          [
            { id: 1, v: 'y' },
            { id: 2, v: 'w' },
            { id: 5, v: 'q' },
          ],
        ],
        ['count', 3],
      ],
    },
    {
      name: 'a missing key matches nothing',
      input: { rows: [{ a: null }, {}], other: [{ a: null, b: 1 }], keys: ['a'], type: 'left', conflicts: 'error' },
      output: [
        [
          'rows',
          [
            { a: null, b: null },
            { a: null, b: null },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ id: 1, v: 1 }], other: [{ id: 1, v: 2 }], keys: ['id'], conflicts: 'error' },
      output: [['error', 'both tables have the field "v"; rename or remove it, or change the pin conflicts']],
    },
    {
      input: { rows: [], other: [], keys: ['a', 'b'], other_keys: ['a'] },
      output: [['error', 'other_keys must name 2 fields, like keys, got 1']],
    },
  ],
  *run({ rows, other, keys, type, conflicts, suffix, text_numbers: textNumbers, ...pins }) {
    const otherKeys = otherKeysOf({ keys, ...pins })
    const joined = joinRows(rows, other, { keys, otherKeys, type, conflicts, suffix, textNumbers })
    yield ['rows', joined]
    yield ['count', joined.length]
  },
})
