import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compile, patternPins } from './compile.ts'

export const splitPattern = defineBlock({
  id: '3c961254-3cca-4f59-bbd2-1dd6c918484a',
  name: 'split-pattern',
  description: 'Split a text wherever a regular expression matches.',
  category: 'TEXT',
  icon: 'split',
  synonyms: ['regex split', 're.split', 'regexp', 'explode', 'tokenize', 'separate'],
  input: z.object({
    text: z.string().describe('The text.'),
    ...patternPins,
    trim: z.boolean().default(true).describe('Remove white space at the ends of each part.'),
    skip_empty: z.boolean().default(true).describe('Leave out empty parts.'),
  }),
  output: z.object({
    list: z.array(z.string()).describe('The parts. What matches is not included.'),
    count: z.int().describe('The number of parts.'),
  }),
  tests: [
    {
      input: { text: 'a, b;c  ;; d', pattern: '[,;]' },
      output: [
        ['list', ['a', 'b', 'c', 'd']],
        ['count', 4],
      ],
    },
    {
      name: 'groups are not parts',
      input: { text: '1a22B3', pattern: '([a-z])', case_sensitive: false, skip_empty: false },
      output: [
        ['list', ['1', '22', '3']],
        ['count', 3],
      ],
    },
    {
      input: { text: 'a', pattern: '*' },
      output: [['error', 'pattern must be a regular expression, got "*": Nothing to repeat']],
    },
  ],
  *run({ text, trim, skip_empty: skipEmpty, ...pattern }) {
    const parts: string[] = []
    let at = 0
    for (const found of text.matchAll(compile(pattern))) {
      if (found[0] === '' && (found.index === 0 || found.index === text.length)) continue
      parts.push(text.slice(at, found.index))
      at = found.index + found[0].length
    }
    const all = [...parts, text.slice(at)].map((part) => (trim ? part.trim() : part))
    const list = skipEmpty ? all.filter((part) => part !== '') : all
    yield ['list', list]
    yield ['count', list.length]
  },
})
