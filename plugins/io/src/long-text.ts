import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const longText = defineBlock({
  id: '90a56ffb-7024-4b2b-ab50-e26c5e5ab8ba',
  name: 'long-text',
  description: 'Define an input of the graph: a text of several lines.',
  category: 'INPUT',
  icon: 'text',
  synonyms: ['textarea', 'multiline text', 'paragraph', 'text input', 'prompt', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.string().nullable().default(null).describe('The text of the input.')),
  output: z.object({ result: z.string() }),
  tests: [
    { input: { name: 'x', value: 'one\ntwo' }, output: [['result', 'one\ntwo']] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
