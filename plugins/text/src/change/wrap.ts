import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const wrap = defineBlock({
  id: '7156dfa0-68ff-4c94-a3cb-1b2c6a5efda3',
  name: 'wrap',
  description: 'Break a text into lines of a maximum length, and indent or prefix each line.',
  category: 'TEXT',
  icon: 'wrap-text',
  synonyms: ['word wrap', 'line length', 'indent', 'prefix lines', 'quote text', 'columns', 'textwrap'],
  input: z.object({
    text: z.string().describe('The text.'),
    width: z
      .int()
      .min(1)
      .max(10_000)
      .default(80)
      .describe('The maximum number of characters in a line, without the prefix. Longer words are kept whole.'),
    prefix: z
      .string()
      .default('')
      .meta({ description: 'A text at the start of each line.', examples: ['> ', '    '] }),
  }),
  output: z.object({ text: z.string().describe('The text. Line breaks of the input are kept.') }),
  tests: [
    { input: { text: 'The quick brown fox jumps', width: 10 }, output: [['text', 'The quick\nbrown fox\njumps']] },
    { input: { text: 'a b\n\nc', width: 3, prefix: '> ' }, output: [['text', '> a b\n> \n> c']] },
    { input: { text: 'incomprehensible x', width: 5 }, output: [['text', 'incomprehensible\nx']] },
    { input: { text: '' }, output: [['text', '']] },
  ],
  *run({ text, width, prefix }) {
    const lines = text.split('\n').flatMap((line) => breakLine(line, width))
    yield ['text', lines.map((line) => prefix + line).join('\n')]
  },
})

function breakLine(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  let length = 0
  for (const word of line.split(/[ \t]+/)) {
    const size = Array.from(word).length
    if (length > 0 && length + 1 + size > width) {
      lines.push(current)
      current = ''
      length = 0
    }
    current += length > 0 ? ` ${word}` : word
    length += length > 0 ? size + 1 : size
  }
  return [...lines, current]
}
