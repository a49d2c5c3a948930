import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const toggle = defineBlock({
  id: 'cbf36ab5-df4a-43b6-8a7f-f7ed8652116e',
  name: 'toggle',
  description: 'Define an input of the graph: yes or no.',
  category: 'INPUT',
  icon: 'toggle-left',
  synonyms: ['switch', 'checkbox', 'boolean input', 'yes no', 'true false', 'on off', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.boolean().default(false).describe('The answer of the input.')),
  output: z.object({ result: z.boolean() }),
  tests: [
    { input: { name: 'verbose', value: true }, output: [['result', true]] },
    { input: { name: 'verbose' }, output: [['result', false]] },
  ],
  *run({ value }) {
    yield ['result', value]
  },
})
