import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const input = defineBlock({
  id: 'c0a8e994-ebf1-4a9c-a4d8-89d09c86741b',
  name: 'input',
  description: 'Define an input of the graph: any value.',
  category: 'INPUT',
  icon: 'log-in',
  synonyms: ['parameter', 'argument', 'variable', 'start', 'form field', 'agent input', 'entry', 'prompt user', 'form'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.unknown().default(null).describe('The value of the input.')),
  output: z.object({ result: z.unknown() }),
  tests: [
    { input: { name: 'x', value: { a: [1] } }, output: [['result', { a: [1] }]] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
