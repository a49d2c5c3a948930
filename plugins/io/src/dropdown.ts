import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { inputPins } from './input-pins.ts'

export const dropdown = defineBlock({
  id: '655d6fdf-a334-421c-b733-520549c07cd1',
  name: 'dropdown',
  description: 'Define an input of the graph: one of a fixed list of choices.',
  category: 'INPUT',
  icon: 'chevrons-up-down',
  synonyms: ['select', 'choice', 'options', 'enum', 'list box', 'dropdown input', 'parameter', 'form field', 'radio'],
  kind: 'input',
  staticOutput: true,
  input: inputPins(z.string().nullable().default(null).describe('The selected choice.')).extend({
    placeholder_values: z.array(z.unknown()).default([]).describe('The choices in older graphs.'),
    options: z.array(z.unknown()).default([]).describe('The choices.'),
  }),
  output: z.object({ result: z.string() }),
  tests: [
    { input: { name: 'size', value: 'M', options: ['S', 'M', 'L'] }, output: [['result', 'M']] },
    { input: { name: 'size', value: 'L', placeholder_values: ['S', 'M', 'L'] }, output: [['result', 'L']] },
    { input: { name: 'size', options: ['S', 'M', 'L'] }, output: [] },
  ],
  *run({ value }) {
    if (value !== null) yield ['result', value]
  },
})
