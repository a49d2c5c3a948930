import { defineBlock, stringifyJson } from '@ashlar/sdk'
import { z } from 'zod'

/** Longer details are cut. An error message has at most 2 000 characters. */
const MAX_DETAILS_CHARS = 1000

export const fail = defineBlock({
  id: '2c02cc4f-d45b-4800-b671-4bcd456fd28f',
  name: 'fail',
  description: 'Stop the execution with an error message of your own.',
  category: 'LOGIC',
  icon: 'octagon-x',
  synonyms: [
    'stop and error',
    'throw',
    'throw error',
    'raise',
    'exception',
    'abort',
    'abort workflow',
    'terminate',
    'cancel',
    'quit',
    'exit',
    'end with error',
    'assert',
    'reject',
    'fail on purpose',
  ],
  input: z.object({
    message: z
      .string()
      .min(1)
      .meta({
        description: 'What is wrong, and what to do about it. It becomes the reason of the failed execution.',
        examples: ['the order has no items: add at least one'],
      }),
    code: z
      .string()
      .optional()
      .meta({
        description: 'A short name of the error, which starts the message.',
        examples: ['OUT_OF_STOCK'],
      }),
    details: z.unknown().optional().meta({
      description:
        'Any value, which ends the message as JSON. Link the output that must not have a value: the execution stops when it has one.',
    }),
  }),
  output: z.object({}),
  tests: [
    { input: { message: 'the order has no items' }, output: [['error', 'the order has no items']] },
    {
      input: { message: 'only 2 are left', code: 'OUT_OF_STOCK', details: { item: 'chair', wanted: 3 } },
      output: [['error', 'OUT_OF_STOCK: only 2 are left: {"item":"chair","wanted":3}']],
    },
    { input: { message: 'wrong name', details: 'Ada' }, output: [['error', 'wrong name: "Ada"']] },
    {
      name: 'preserves every digit of an integer',
      input: { message: 'unknown id', details: 7615917337495251231n },
      output: [['error', 'unknown id: 7615917337495251231']],
    },
    {
      name: 'cuts long details',
      input: { message: 'too long', details: 'x'.repeat(5000) },
      output: [['error', `too long: "${'x'.repeat(998)}…`]],
    },
    { input: { message: '' }, output: [['error', (error: string) => error.includes('message')]] },
  ],
  // oxlint-disable-next-line require-yield -- it only fails
  *run({ message, code, details }) {
    throw new Error(`${code ? `${code}: ` : ''}${message}${showDetails(details)}`)
  },
})

/** Null is no value, as on every pin. */
function showDetails(details: unknown): string {
  if (details === undefined || details === null) return ''
  const text = stringifyJson(details)
  return `: ${text.length > MAX_DETAILS_CHARS ? `${text.slice(0, MAX_DETAILS_CHARS - 1)}…` : text}`
}
