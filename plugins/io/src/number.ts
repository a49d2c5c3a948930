import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const number = defineBlock({
  id: '96dae2bb-97a2-41c2-bd2f-13a3b5a8ea98',
  name: 'number',
  description: 'Define an input of the graph: a whole number.',
  category: 'INPUT',
  icon: 'hash',
  synonyms: ['number input', 'integer', 'numeric', 'quantity', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.union([z.int(), z.bigint()]).nullable().default(null).describe('The number of the input.')),
  output: z.object({ result: z.union([z.int(), z.bigint()]) }),
  tests: [
    { input: { name: 'x', value: 0 }, output: [['result', 0]] },
    { input: { name: 'x', value: 7615917337495251231n }, output: [['result', 7615917337495251231n]] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
