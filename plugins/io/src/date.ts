import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const date = defineBlock({
  id: '7e198b09-4994-47db-8b4d-952d98241817',
  name: 'date',
  description: 'Define an input of the graph: a date.',
  category: 'INPUT',
  icon: 'calendar',
  synonyms: ['date input', 'date picker', 'calendar', 'parameter', 'form field', 'agent date input'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.iso.date().nullable().default(null).describe('The date of the input, such as 2026-07-31.')),
  output: z.object({ result: z.iso.date() }),
  tests: [
    { input: { name: 'x', value: '2026-07-31' }, output: [['result', '2026-07-31']] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
