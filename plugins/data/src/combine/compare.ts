import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { keyPins, listFields, matchKey, otherKeysOf, readField, rows, type Row } from '../rows/index.ts'

const change = z.object({
  before: z.unknown().describe('The row of the old table.'),
  after: z.unknown().describe('The row of the new table.'),
  fields: z.array(z.string()).describe('The fields whose values differ.'),
})

export const compare = defineBlock({
  id: '18853fe5-37b7-47c3-94c7-200ecc92062a',
  name: 'compare',
  description: 'Compare two versions of a table: find the rows that were added, removed or changed.',
  category: 'DATA',
  icon: 'diff',
  synonyms: [
    'diff tables',
    'compare datasets',
    'detect changes',
    'new rows',
    'deleted rows',
    'updated rows',
    'sync',
    'delta',
    'table difference',
  ],
  input: z.object({
    rows: rows.meta({ title: 'New rows', description: 'The table as it is now.' }),
    other: rows.meta({ title: 'Old rows', description: 'The table as it was before.' }),
    ...keyPins,
    ignore: z
      .array(z.string())
      .default([])
      .meta({ title: 'Ignore', description: 'Fields whose changes do not count.', examples: [['updated_at']] }),
  }),
  output: z.object({
    added: rows.describe('Rows whose keys only the new table has.'),
    removed: rows.describe('Rows whose keys only the old table has.'),
    changed: z.array(change).describe('Rows with the same keys and other values.'),
    unchanged: z.int().describe('Number of rows that are equal in both tables.'),
  }),
  tests: [
    {
      input: {
        rows: [{ id: 1, v: 'a', t: 2 }, { id: 2, v: 'B' }, { id: 4 }],
        other: [{ id: 2, v: 'b' }, { id: 1, v: 'a', t: 1 }, { id: 3 }],
        keys: ['id'],
        ignore: ['t'],
      },
      output: [
        ['added', [{ id: 4 }]],
        ['removed', [{ id: 3 }]],
        ['changed', [{ before: { id: 2, v: 'b' }, after: { id: 2, v: 'B' }, fields: ['v'] }]],
        ['unchanged', 1],
      ],
    },
    {
      name: 'a field that is missing is null',
      input: { rows: [{ id: 1, a: null }], other: [{ id: 1 }], keys: ['id'] },
      output: [
        ['added', []],
        ['removed', []],
        ['changed', []],
        ['unchanged', 1],
      ],
    },
    {
      name: 'a row without its key is added or removed',
      input: { rows: [{ a: 1 }], other: [{ a: 2 }], keys: ['id'] },
      output: [
        ['added', [{ a: 1 }]],
        ['removed', [{ a: 2 }]],
        ['changed', []],
        ['unchanged', 0],
      ],
    },
    {
      input: { rows: [{ id: 1 }, { id: '1' }], other: [], keys: ['id'] },
      output: [['error', 'two new rows have the keys {"id":"1"}; remove duplicates first']],
    },
  ],
  *run({ rows, other, keys, ignore, text_numbers: textNumbers, ...pins }) {
    const otherKeys = otherKeysOf({ keys, ...pins })
    const [now, before] = [uniqueRows('new', rows, keys, textNumbers), uniqueRows('old', other, otherKeys, textNumbers)]
    const skipped = new Set([...ignore, ...keys, ...otherKeys])
    const fields = listFields([...rows, ...other]).filter((field) => !skipped.has(field))
    const changed: z.output<typeof change>[] = []
    let unchanged = 0
    for (const [key, after] of now.byKey) {
      const old = before.byKey.get(key)
      if (!old) continue
      const different = fields.filter((field) => !isEqual(readField(old, field), readField(after, field)))
      if (different.length === 0) unchanged++
      else changed.push({ before: old, after, fields: different })
    }
    yield ['added', rows.filter((row) => now.withoutKey.has(row) || !before.byKey.has(matchKey(row, keys, textNumbers) ?? ''))]
    yield [
      'removed',
      other.filter((row) => before.withoutKey.has(row) || !now.byKey.has(matchKey(row, otherKeys, textNumbers) ?? '')),
    ]
    yield ['changed', changed]
    yield ['unchanged', unchanged]
  },
})

interface KeyedRows {
  byKey: Map<string, Row>
  withoutKey: Set<Row>
}

function uniqueRows(table: string, rows: readonly Row[], keys: readonly string[], textNumbers: boolean): KeyedRows {
  const [byKey, withoutKey] = [new Map<string, Row>(), new Set<Row>()]
  for (const row of rows) {
    const key = matchKey(row, keys, textNumbers)
    if (key === undefined) withoutKey.add(row)
    else if (byKey.has(key)) {
      const values = JSON.stringify(Object.fromEntries(keys.map((field) => [field, readField(row, field)]))).slice(0, 100)
      throw new Error(`two ${table} rows have the keys ${values}; remove duplicates first`)
    } else byKey.set(key, row)
  }
  return { byKey, withoutKey }
}
