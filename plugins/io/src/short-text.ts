import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const shortText = defineBlock({
  id: '7fcd3bcb-8e1b-4e69-903d-32d3d4a92158',
  name: 'short-text',
  description: 'Define an input of the graph: one line of text.',
  category: 'INPUT',
  icon: 'text-cursor-input',
  synonyms: ['text input', 'string input', 'text field', 'line', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.string().nullable().default(null).describe('The text of the input.')),
  output: z.object({ result: z.string() }),
  tests: [
    { input: { name: 'x', value: 'Ada' }, output: [['result', 'Ada']] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
