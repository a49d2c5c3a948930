import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const splitLines = defineBlock({
  id: 'ab6d2826-a82e-47f8-a9aa-3cb8c6925dee',
  name: 'split-lines',
  description: 'Split a text into its lines, as a loop and as a list.',
  category: 'TEXT',
  categories: ['LOOP'],
  icon: 'list',
  synonyms: ['lines', 'each line', 'line by line', 'newline', 'read lines', 'text to list', 'paragraphs'],
  input: z.object({
    text: z.string().describe('The text, with line ends of any system.'),
    trim: z.boolean().default(false).describe('Remove white space at the ends of each line.'),
    skip_empty: z.boolean().default(true).describe('Leave out empty lines.'),
  }),
  output: z.object({
    line: z.string().meta({ description: 'Each line, without its end.', many: true }),
    list: z.array(z.string()).describe('All lines in one list.'),
    count: z.int().describe('The number of lines.'),
  }),
  tests: [
    {
      input: { text: 'a\r\n b \n\nc\r' },
      output: [
        ['line', 'a'],
        ['line', ' b '],
        ['line', 'c'],
        ['list', ['a', ' b ', 'c']],
        ['count', 3],
      ],
    },
    {
      input: { text: ' a\n\n', trim: true, skip_empty: false },
      output: [
        ['line', 'a'],
        ['line', ''],
        ['list', ['a', '']],
        ['count', 2],
      ],
    },
    {
      input: { text: '' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
  ],
  *run({ text, trim, skip_empty: skipEmpty }) {
    const parts = text.split(/\r\n|[\n\r\u2028\u2029]/)
    // The end of the last line does not start another line.
    if (parts.at(-1) === '') parts.pop()
    const lines = parts.map((line) => (trim ? line.trim() : line)).filter((line) => !skipEmpty || line.trim() !== '')
    for (const line of lines) yield ['line', line]
    yield ['list', lines]
    yield ['count', lines.length]
  },
})
