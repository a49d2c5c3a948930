import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compile, patternPins } from './compile.ts'

export const replacePattern = defineBlock({
  id: '159842a1-0555-4203-bb1a-1eee6ae56ccb',
  name: 'replace-pattern',
  description: 'Replace what matches a regular expression.',
  category: 'TEXT',
  icon: 'replace-all',
  synonyms: ['regex replace', 'regexp', 'preg_replace', 're.sub', 'substitute', 'search and replace', 'sed'],
  input: z.object({
    text: z.string().describe('The text.'),
    ...patternPins,
    replacement: z
      .string()
      .default('')
      .meta({ description: 'The new text. $1 or $<name> inserts a group, $& the match, $$ a dollar sign.', examples: ['$2 $1'] }),
    all: z.boolean().default(true).describe('Replace all matches, or only the first one.'),
  }),
  output: z.object({ text: z.string().describe('The new text.'), count: z.int().describe('The number of replacements.') }),
  tests: [
    {
      input: { text: 'Lovelace, Ada; Hopper, Grace', pattern: '(\\w+), (?<first>\\w+)', replacement: '$<first> $1' },
      output: [
        ['text', 'Ada Lovelace; Grace Hopper'],
        ['count', 2],
      ],
    },
    {
      input: { text: 'a1b2', pattern: '\\d', all: false },
      output: [
        ['text', 'ab2'],
        ['count', 1],
      ],
    },
    {
      name: 'the syntax of Python for groups',
      input: { text: 'aa', pattern: '(?P<x>a)(?P=x)', replacement: '[$<x>]' },
      output: [
        ['text', '[a]'],
        ['count', 1],
      ],
    },
    {
      input: { text: 'a', pattern: '[' },
      output: [['error', (message: string) => message.startsWith('pattern must be a regular expression, got "[": ')]],
    },
  ],
  *run({ text, replacement, all, ...pattern }) {
    const expression = compile(pattern)
    const count = all ? text.matchAll(expression).reduce((sum) => sum + 1, 0) : Number(expression.test(text))
    expression.lastIndex = 0
    yield [
      'text',
      all
        ? text.replaceAll(expression, replacement)
        : text.replace(new RegExp(expression.source, expression.flags.replace('g', '')), replacement),
    ]
    yield ['count', count]
  },
})
