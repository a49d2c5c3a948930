import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const slice = defineBlock({
  id: '439d5f90-f4a9-45a4-93f3-ff89095c4e55',
  name: 'slice',
  description: 'Take a part of a text: by position, or between two texts.',
  category: 'TEXT',
  icon: 'scissors-line-dashed',
  synonyms: ['substring', 'substr', 'left', 'right', 'mid', 'first characters', 'text between', 'before', 'after', 'cut text'],
  input: z.object({
    text: z.string().describe('The text.'),
    start: z.int().default(0).describe('The position of the first character, from 0. Less than 0 counts from the end.'),
    end: z
      .int()
      .optional()
      .describe('The position after the last character. Less than 0 counts from the end. By default the end of the text.'),
    after: z
      .string()
      .default('')
      .meta({ description: 'Take only what follows the first occurrence of this text.', examples: ['<b>'] }),
    before: z
      .string()
      .default('')
      .meta({ description: 'Take only what precedes the next occurrence of this text.', examples: ['</b>'] }),
  }),
  output: z.object({
    text: z.string().describe('The part. No value if "after" or "before" does not occur.'),
    found: z.boolean().describe('Whether "after" and "before" occur in the text.'),
  }),
  tests: [
    {
      input: { text: 'a😀bcd', start: 1, end: -1 },
      output: [
        ['text', '😀bc'],
        ['found', true],
      ],
    },
    {
      input: { text: 'x <b>bold</b> y <b>z</b>', after: '<b>', before: '</b>' },
      output: [
        ['text', 'bold'],
        ['found', true],
      ],
    },
    {
      input: { text: 'abc', start: -2 },
      output: [
        ['text', 'bc'],
        ['found', true],
      ],
    },
    { input: { text: 'abc', after: 'x' }, output: [['found', false]] },
    {
      input: { text: 'abc', start: 5 },
      output: [
        ['text', ''],
        ['found', true],
      ],
    },
  ],
  *run({ text, start, end, after, before }) {
    const from = after === '' ? 0 : text.indexOf(after)
    const to = from < 0 || before === '' ? text.length : text.indexOf(before, from + after.length)
    if (from < 0 || to < 0) return yield ['found', false]
    yield [
      'text',
      Array.from(text.slice(from + after.length, to))
        .slice(start, end)
        .join(''),
    ]
    yield ['found', true]
  },
})
