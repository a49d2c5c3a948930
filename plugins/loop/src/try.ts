import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { caughtPin, donePin } from './pins.ts'

export const tryOnce = defineBlock({
  id: 'c85f5d23-4c67-4277-88f2-6f3c0477e3a9',
  name: 'try',
  description: 'Run the following steps once, and catch their failures.',
  category: 'LOOP',
  icon: 'shield-check',
  categories: ['LOGIC'],
  synonyms: [
    'try catch',
    'catch',
    'catch error',
    'error handling',
    'on error',
    'exception',
    'rescue',
    'error boundary',
    'ignore errors',
    'error trigger',
  ],
  input: z.object({ value: z.unknown().default(null).describe('A value for the following steps.') }),
  output: z.object({
    value: z.unknown().meta({ description: 'The same value. The steps that use it are a loop of one iteration.', many: true }),
    caught: caughtPin.meta({
      description: 'Each failure of these steps that no link at an error pin handles. The execution continues.',
      caught: true,
    }),
    done: donePin.meta({ description: '1, once all these steps have ended.', done: true }),
  }),
  tests: [
    { input: { value: { a: [1] } }, output: [['value', { a: [1] }]] },
    { input: {}, output: [['value', null]] },
  ],
  *run({ value }) {
    yield ['value', value]
  },
})
