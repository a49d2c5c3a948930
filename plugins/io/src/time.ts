import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const time = defineBlock({
  id: '2a1c757e-86cf-4c7e-aacf-060dc382e434',
  name: 'time',
  description: 'Define an input of the graph: a time of day.',
  category: 'INPUT',
  icon: 'clock',
  synonyms: ['time input', 'time picker', 'clock', 'hour', 'parameter', 'form field'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.iso.time().nullable().default(null).describe('The time of the input, such as 18:30:00.')),
  output: z.object({ result: z.iso.time() }),
  tests: [
    { input: { name: 'x', value: '18:30:00' }, output: [['result', '18:30:00']] },
    { input: { name: 'x' }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
