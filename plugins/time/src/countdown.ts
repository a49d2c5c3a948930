import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_SECONDS = 7 * 86_400

const amount = z.union([z.int(), z.string()]).default(0)

export const countdown = defineBlock({
  id: 'd67a9c52-5e4e-11e2-bcfd-0800200c9a71',
  name: 'countdown',
  description: 'Wait for some time, then send a message, once or repeatedly.',
  category: 'TIME',
  icon: 'timer',
  synonyms: ['wait', 'delay', 'sleep', 'timer', 'pause', 'timeout', 'countdown timer', 'interval', 'repeat'],
  capabilities: { sleep: true },
  input: z.object({
    input_message: z.unknown().default('timer finished').describe('The message to send.'),
    seconds: amount,
    minutes: amount,
    hours: amount,
    days: amount,
    repeat: z.int().min(1).max(1000).default(1).describe('Number of times to wait and send.'),
  }),
  output: z.object({
    output_message: z.unknown().meta({ description: 'The message, or with repeat each message in a loop.', manyIf: ['repeat'] }),
  }),
  tests: [
    { input: {}, output: [['output_message', 'timer finished']] },
    {
      input: { input_message: { a: 1 }, seconds: '30', days: 1, repeat: 2 },
      output: [
        ['output_message', { a: 1 }],
        ['output_message', { a: 1 }],
      ],
    },
    { input: { minutes: 'few' }, output: [['error', 'minutes must be a number from 0, got "few"']] },
    { input: { days: 4, repeat: 2 }, output: [['error', 'the countdown must end within 7 days, got 8 days']] },
  ],
  async *run({ input_message: message, seconds, minutes, hours, days, repeat }, { sleep }) {
    const total = read({ seconds }) + 60 * read({ minutes }) + 3600 * read({ hours }) + 86_400 * read({ days })
    if (total * repeat > MAX_SECONDS)
      throw new Error(`the countdown must end within 7 days, got ${(total * repeat) / 86_400} days`)
    for (let i = 0; i < repeat; i++) {
      await sleep(total * 1000)
      yield ['output_message', message]
    }
  },
})

function read(pin: Record<string, string | number>): number {
  const [name = '', value] = Object.entries(pin)[0] ?? []
  const number = Number(value)
  if (number >= 0) return number
  throw new Error(`${name} must be a number from 0, got ${JSON.stringify(value)}`)
}
