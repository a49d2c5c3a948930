import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { createMatcher, quirksPin, toSearched } from './python-regexp/index.ts'

export const match = defineBlock({
  id: '3060088f-6ed9-4928-9ba7-9c92823a7ccd',
  name: 'match',
  description: 'Choose one of two outputs by whether a text matches a pattern.',
  category: 'TEXT',
  icon: 'regex',
  synonyms: [
    'regex',
    'regexp',
    'regular expression',
    'if',
    'if contains',
    'branch',
    'contains',
    'test',
    'text filter',
    'match pattern',
  ],
  input: z.object({
    text: z.unknown().describe('The text to search. Other values are searched as JSON.'),
    match: z.string().describe('Regular expression to search for in the text, in the syntax of the Python module re.'),
    data: z.unknown().default(null).describe('Value to send. By default, and if it is empty, the text.'),
    case_sensitive: z.boolean().default(true),
    dot_all: z.boolean().default(true).describe('Whether "." also matches line breaks.'),
    autogpt_quirks: quirksPin,
  }),
  output: z.object({
    positive: z.unknown().describe('The data, if the text matches.'),
    negative: z.unknown().describe('The data, if the text does not match.'),
  }),
  tests: [
    { input: { text: 'Hello, Ada', match: 'Ada', data: 1 }, output: [['positive', 1]] },
    { input: { text: 'Hello, ADA', match: 'ada$', data: [] }, output: [['negative', 'Hello, ADA']] },
    { input: { text: 'Hello, ADA\n', match: 'ada$', case_sensitive: false }, output: [['positive', 'Hello, ADA\n']] },
    { input: { text: 'a\nb', match: 'a.b', dot_all: false }, output: [['negative', 'a\nb']] },
    { name: 'searches other values as JSON', input: { text: { a: 1 }, match: '"a":1' }, output: [['positive', { a: 1 }]] },
    { input: { text: { a: 1 }, match: '"a": 1', autogpt_quirks: true }, output: [['positive', { a: 1 }]] },
    { input: { text: 'straße', match: '^\\w+$' }, output: [['positive', 'straße']] },
    {
      input: { text: 'a', match: '(' },
      output: [
        [
          'error',
          'the pattern "(" is not a regular expression of Python: missing ), unterminated subpattern at position 0; correct it, and write a backslash before each special character to match it literally, as in "\\("',
        ],
      ],
    },
  ],
  *run({ text, match: pattern, data, case_sensitive: caseSensitive, dot_all: dotAll, autogpt_quirks: hasQuirks }) {
    const searched = toSearched(text, hasQuirks)
    const isMatch = createMatcher(pattern, { ignoreCase: !caseSensitive, dotAll }).test(searched)
    yield [isMatch ? 'positive' : 'negative', isEmpty(data) ? text : data]
  },
})

function isEmpty(value: unknown): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0)
}
