import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { checkLength, computeSimilarity, fold } from './similarity.ts'

export const compare = defineBlock({
  id: '652eff3e-1c2c-4239-a5ca-b35f5ceeb8c8',
  name: 'compare',
  description: 'Measure how similar two texts are.',
  category: 'TEXT',
  icon: 'equal-approximately',
  synonyms: ['levenshtein', 'edit distance', 'similarity', 'fuzzy match', 'text distance', 'typo', 'string compare', 'likeness'],
  input: z.object({
    a: z.string().describe('The first text, at most 20000 characters.'),
    b: z.string().describe('The second text, at most 20000 characters.'),
    ignore_case: z.boolean().default(true).describe('Ignore upper case and lower case, and the amount of white space.'),
  }),
  output: z.object({
    similarity: z.number().describe('From 0 (nothing in common) to 1 (equal).'),
    distance: z.int().describe('The number of characters to insert, delete or replace (Levenshtein distance).'),
    equal: z.boolean().describe('Whether the texts are equal.'),
  }),
  tests: [
    {
      input: { a: 'Kitten', b: 'sitting' },
      output: [
        ['similarity', (value: number) => Math.abs(value - 4 / 7) < 1e-9],
        ['distance', 3],
        ['equal', false],
      ],
    },
    {
      input: { a: ' A  b', b: 'a b' },
      output: [
        ['similarity', 1],
        ['distance', 0],
        ['equal', true],
      ],
    },
    {
      input: { a: 'A', b: 'a', ignore_case: false },
      output: [
        ['similarity', 0],
        ['distance', 1],
        ['equal', false],
      ],
    },
    { input: { a: 'x'.repeat(20_001), b: '' }, output: [['error', 'a must have at most 20000 characters, got 20001']] },
    {
      name: 'an emoji is one character',
      input: { a: 'a😀', b: 'a😃' },
      output: [
        ['similarity', 0.5],
        ['distance', 1],
        ['equal', false],
      ],
    },
  ],
  *run({ a, b, ignore_case: ignoreCase }) {
    checkLength('a', a)
    checkLength('b', b)
    const [left, right] = ignoreCase ? [fold(a), fold(b)] : [a, b]
    const { distance, similarity } = computeSimilarity(left, right)
    yield ['similarity', similarity]
    yield ['distance', distance]
    yield ['equal', left === right]
  },
})
