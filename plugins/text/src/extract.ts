import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parsePattern } from './pattern.ts'

const MAX_TEXT_LENGTH = 1_000_000
const MAX_MATCHES = 1_000
const MAX_MATCH_LENGTH = 10_000

export const extract = defineBlock({
  id: '3146e4fe-2cdd-4f29-bd12-0c9d5bb4deb0',
  name: 'extract',
  description: 'Take the parts of a text that match a pattern.',
  category: 'TEXT',
  input: z.object({
    text: z.unknown().describe('The text to search, its first million characters; anything else is searched as JSON.'),
    pattern: z.string().describe('Regular expression to look for.'),
    group: z.int().default(0).describe('Number of the bracketed group to take; 0 is the whole match.'),
    case_sensitive: z.boolean().default(true),
    dot_all: z.boolean().default(true).describe('Let "." match line breaks too.'),
    find_all: z.boolean().default(false).describe('Take every match, up to 1000, not only the first.'),
  }),
  output: z.object({
    positive: z.string().describe('Each match, cut at 10000 characters.'),
    negative: z.string().describe('The text, when nothing matches or the pattern is not a regular expression.'),
    matched_results: z.array(z.string()).describe('All matches.'),
    matched_count: z.int(),
  }),
  tests: [
    {
      input: { text: 'Ada: 1815, Alan: 1912', pattern: '\\d+', find_all: true },
      output: [
        ['positive', '1815'],
        ['positive', '1912'],
        ['matched_results', ['1815', '1912']],
        ['matched_count', 2],
      ],
    },
    {
      input: { text: 'Ada: 1815, Alan: 1912', pattern: '(?P<name>\\w+): (\\d+)', group: 2 },
      output: [
        ['positive', '1815'],
        ['matched_results', ['1815']],
        ['matched_count', 1],
      ],
    },
    {
      input: { text: 'Ada', pattern: 'x' },
      output: [
        ['negative', 'Ada'],
        ['matched_results', []],
        ['matched_count', 0],
      ],
    },
    {
      input: { text: [1], pattern: '(' },
      output: [
        ['negative', '[1]'],
        ['matched_results', []],
        ['matched_count', 0],
      ],
    },
    {
      input: { text: 'Ada', pattern: 'A', group: 1 },
      output: [
        ['negative', 'Ada'],
        ['matched_results', []],
        ['matched_count', 0],
      ],
    },
  ],
  *run({ text, pattern, group, case_sensitive: caseSensitive, dot_all: dotAll, find_all: findAll }) {
    const searched = (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, MAX_TEXT_LENGTH)
    const regExp = tryParsePattern(pattern, { caseSensitive, dotAll })
    const found = regExp ? searched.matchAll(regExp).take(findAll ? MAX_MATCHES : 1) : []
    const results = [...found].flatMap((match) => match[group]?.slice(0, MAX_MATCH_LENGTH) ?? [])
    for (const result of results) yield ['positive', result]
    if (results.length === 0) yield ['negative', searched]
    yield ['matched_results', results]
    yield ['matched_count', results.length]
  },
})

/** AutoGPT's block of this id takes a pattern that is none for one that does not match. */
function tryParsePattern(...args: Parameters<typeof parsePattern>): RegExp | undefined {
  try {
    return parsePattern(...args)
  } catch {
    return undefined
  }
}
