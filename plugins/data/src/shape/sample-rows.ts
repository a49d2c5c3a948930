import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, rows, type Row } from '../rows/index.ts'

export const sampleRows = defineBlock({
  id: '4e8ab3ea-87f7-409f-aa04-c3ce98e6f9f1',
  name: 'sample-rows',
  description: 'Choose some rows at random, or every so many rows.',
  category: 'DATA',
  icon: 'dices',
  synonyms: [
    'random rows',
    'random sample',
    'sampling',
    'pick random',
    'subset',
    'shuffle',
    'every nth row',
    'stratified sample',
  ],
  input: z.object({
    rows,
    count: z
      .int()
      .min(0)
      .default(10)
      .meta({ title: 'Count', description: 'Number of rows to choose, of each group if there are groups.' }),
    method: z.enum(['random', 'shuffle', 'even']).default('random').meta({
      title: 'Method',
      description: 'Random rows in their original order, random rows in random order, or rows at equal distances.',
    }),
    by: z.array(z.string()).default([]).meta({ title: 'By', description: 'Fields of a group. Rows are chosen from each group.' }),
    seed: z.int().default(1).meta({
      title: 'Seed',
      description: 'The same seed chooses the same rows, so that a repeated run has the same result.',
      advanced: true,
    }),
  }),
  output: z.object({ rows, count: z.int().describe('Number of rows that were chosen.') }),
  tests: [
    {
      input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }, { n: 6 }], count: 3, method: 'even' },
      output: [
        ['rows', [{ n: 1 }, { n: 3 }, { n: 5 }]],
        ['count', 3],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }], count: 2 },
      output: [
        ['rows', (rows: Row[]) => rows.length === 2 && Number(rows[0]?.['n']) < Number(rows[1]?.['n'])],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ g: 1 }, { g: 2 }, { g: 1 }], count: 1, by: ['g'] },
      output: [
        ['rows', [{ g: 1 }, { g: 2 }]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [{ n: 1 }], count: 5, method: 'shuffle' },
      output: [
        ['rows', [{ n: 1 }]],
        ['count', 1],
      ],
    },
  ],
  *run({ rows, count, method, by, seed }) {
    const next = createRandom(seed)
    const chosen = groupRows(rows, by).flatMap((group) => choose(group.rows, count, method, next))
    yield ['rows', chosen]
    yield ['count', chosen.length]
  },
})

function choose(rows: readonly Row[], count: number, method: 'random' | 'shuffle' | 'even', next: () => number): Row[] {
  const most = Math.min(count, rows.length)
  if (method === 'even')
    return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]).filter((row) => row !== undefined)
  // Fisher and Yates, of which only the first places are needed.
  const places = rows.map((_, i) => i)
  for (let i = 0; i < most; i++) {
    const other = i + Math.floor(next() * (places.length - i))
    const place = places[i] ?? 0
    places[i] = places[other] ?? 0
    places[other] = place
  }
  const taken = places.slice(0, most)
  return (method === 'random' ? taken.toSorted((a, b) => a - b) : taken)
    .map((place) => rows[place])
    .filter((row) => row !== undefined)
}

/** Returns numbers from 0 to 1. Source: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
