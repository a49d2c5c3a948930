import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { caughtPin, donePin, indexPin } from './pins.ts'

const input = z.object({
  a: z.array(z.unknown()).default([]).meta({ description: 'A value of each iteration of one loop.', collect: true }),
  b: z.array(z.unknown()).default([]).meta({ description: 'A value of each iteration of another loop.', collect: true }),
})

const output = z.object({
  a: z.unknown().meta({ description: 'A value of the first loop.', many: true }),
  b: z.unknown().meta({ description: 'A value of the other loop.', many: true }),
  index: indexPin,
  done: donePin,
  caught: caughtPin,
})

export const zip = defineBlock({
  id: '66b3f6dd-7037-4ede-9fae-48e608651de1',
  name: 'zip',
  description: 'Join two loops by position: the first item of one with the first item of the other, until the shorter ends.',
  category: 'LOOP',
  categories: ['LIST'],
  synonyms: ['join loops', 'pair', 'combine by position', 'merge loops', 'side by side', 'match up', 'loop', 'parallel lists'],
  input,
  output,
  tests: [
    {
      input: { a: [1, 2, 3], b: ['x', 'y'] },
      output: [
        { a: 1, b: 'x', index: 0 },
        { a: 2, b: 'y', index: 1 },
      ],
    },
    { name: 'an empty loop', input: { a: [1] }, output: [] },
  ],
  *run({ a, b }) {
    const count = Math.min(a.length, b.length)
    for (let index = 0; index < count; index++) yield { a: a[index], b: b[index], index }
  },
})

export const cross = defineBlock({
  id: '48f9ccf8-f488-4c19-9ebb-22328ddd4bf9',
  name: 'cross',
  description: 'Join two loops in every combination: each item of one with each item of the other.',
  category: 'LOOP',
  categories: ['LIST'],
  synonyms: [
    'cartesian product',
    'cartesian',
    'all combinations',
    'cross join',
    'permutations',
    'matrix',
    'multiplex',
    'nested loop',
    'every pair',
  ],
  input,
  output,
  tests: [
    {
      input: { a: [1, 2], b: ['x', 'y'] },
      output: [
        { a: 1, b: 'x', index: 0 },
        { a: 1, b: 'y', index: 1 },
        { a: 2, b: 'x', index: 2 },
        { a: 2, b: 'y', index: 3 },
      ],
    },
    { name: 'an empty loop', input: { b: [1] }, output: [] },
  ],
  *run({ a, b }) {
    let index = 0
    for (const left of a) for (const right of b) yield { a: left, b: right, index: index++ }
  },
})
