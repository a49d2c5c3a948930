import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_SECONDS = 30 * 86_400

export const wait = defineBlock({
  id: '56199d96-e803-4cf4-a7e5-da4dff1cd2fb',
  name: 'wait',
  description: 'Wait for some time, then send a value on.',
  category: 'TIME',
  icon: 'hourglass',
  synonyms: ['delay', 'sleep', 'pause', 'timer', 'slow down', 'throttle', 'wait until', 'hold', 'timeout'],
  capabilities: { sleep: true },
  input: z.object({
    value: z.unknown().default(null).describe('The value to send.'),
    seconds: z
      .number()
      .min(0)
      .max(MAX_SECONDS)
      .meta({ description: 'How long to wait: up to 30 days. Fractions of a second are possible.', examples: [1.5] }),
  }),
  output: z.object({ value: z.unknown() }),
  tests: [
    { input: { value: { a: 1 }, seconds: 1.5 }, output: [['value', { a: 1 }]] },
    { input: { seconds: 0 }, output: [['value', null]] },
    { input: { value: 1, seconds: -1 }, output: [['error', (message: string) => message.includes('seconds')]] },
    { input: { value: 1, seconds: 2_592_001 }, output: [['error', (message: string) => message.includes('seconds')]] },
  ],
  async *run({ value, seconds }, { sleep }) {
    await sleep(seconds * 1000)
    yield ['value', value]
  },
})
