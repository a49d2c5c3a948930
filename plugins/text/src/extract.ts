import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { firstCharacters } from './characters.ts'
import { createMatcher, PatternError, quirksPin, toSearched, type Matcher } from './python-regexp/index.ts'

const MAX_TEXT_LENGTH = 1_000_000
const MAX_MATCHES = 1_000
const MAX_MATCH_LENGTH = 10_000

export const extract = defineBlock({
  id: '3146e4fe-2cdd-4f29-bd12-0c9d5bb4deb0',
  name: 'extract',
  description: 'Extract the parts of a text that match a pattern.',
  category: 'TEXT',
  common: true,
  icon: 'text-search',
  synonyms: ['regex', 'regexp', 'regular expression', 'capture', 'find in text', 'scrape', 'parse text', 'grep', 'text parser'],
  input: z.object({
    text: z
      .unknown()
      .describe(
        'The text to search. Only the first million characters (code points) are searched. Other values are searched as JSON.',
      ),
    pattern: z.string().describe('Regular expression in the syntax of the Python module re.'),
    group: z.int().default(0).describe('Number of the group to extract. 0 is the whole match.'),
    case_sensitive: z.boolean().default(true),
    dot_all: z.boolean().default(true).describe('Whether "." also matches line breaks.'),
    find_all: z.boolean().default(false).describe('Extract every match, up to 1000, instead of the first one.'),
    autogpt_quirks: quirksPin,
  }),
  output: z.object({
    positive: z.string().meta({
      description: 'The first match, or with find_all each match in a loop, cut to 10000 characters (code points).',
      manyIf: ['find_all'],
    }),
    negative: z
      .string()
      .describe(
        'The text, if nothing matches or the pattern is not valid in Python. An invalid pattern also logs a warning. A valid but unsupported pattern is an error.',
      ),
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
    {
      name: 'searches the JSON text of Python in imported graphs',
      input: { text: { name: 'Ada', born: [1815, null] }, pattern: '(?<=": ").+', autogpt_quirks: true },
      output: [
        ['positive', 'Ada", "born": [1815, null]}'],
        ['matched_results', ['Ada", "born": [1815, null]}']],
        ['matched_count', 1],
      ],
    },
    {
      name: '\\w, \\d, \\s and \\b follow Unicode',
      input: { text: 'Müller\u2003٣٤ Ångström_9', pattern: '\\b\\w+\\b', find_all: true },
      output: [
        ['positive', 'Müller'],
        ['positive', '٣٤'],
        ['positive', 'Ångström_9'],
        ['matched_results', ['Müller', '٣٤', 'Ångström_9']],
        ['matched_count', 3],
      ],
    },
    {
      name: 'supports syntax that only Python has',
      input: { text: 'aaaab', pattern: '(?x) a{,3} (?#at most three) (?>a+) b++' },
      output: [
        ['positive', 'aaaab'],
        ['matched_results', ['aaaab']],
        ['matched_count', 1],
      ],
    },
    {
      input: { text: 'a', pattern: '(a)?(?(1)b|c)' },
      output: [
        [
          'error',
          'the pattern "(a)?(?(1)b|c)" cannot be used: a condition "(?(…)…)" is not supported at position 4; use a simpler pattern',
        ],
      ],
    },
    {
      name: 'rejects a group whose text could differ from the text in Python',
      input: { text: 'ab', pattern: '(?:(a)|b)*', group: 1 },
      output: [['error', (message: string) => message.endsWith('at position 3; use a simpler pattern')]],
    },
    {
      name: 'does not split a surrogate pair',
      input: { text: '😀', pattern: '.', find_all: true },
      output: [
        ['positive', '😀'],
        ['matched_results', ['😀']],
        ['matched_count', 1],
      ],
    },
  ],
  *run({ text, pattern, group, case_sensitive: caseSensitive, dot_all: dotAll, find_all: findAll, ...pins }, { log }) {
    const searched = firstCharacters(toSearched(text, pins.autogpt_quirks), MAX_TEXT_LENGTH)
    const matcher = tryMatcher(pattern, { ignoreCase: !caseSensitive, dotAll }, (reason) => log(reason, 'warn'))
    const found = matcher?.matchAll(searched).take(findAll ? MAX_MATCHES : 1) ?? []
    const results = [...found].flatMap((match) => {
      const result = match.group(group)
      return result === undefined ? [] : [firstCharacters(result, MAX_MATCH_LENGTH)]
    })
    for (const result of results) yield ['positive', result]
    if (results.length === 0) yield ['negative', searched]
    yield ['matched_results', results]
    yield ['matched_count', results.length]
  },
})

/** AutoGPT's block with this id treats a pattern that Python rejects as one that does not match. */
function tryMatcher(
  pattern: string,
  options: Parameters<typeof createMatcher>[1],
  warn: (reason: string) => void,
): Matcher | undefined {
  try {
    return createMatcher(pattern, options)
  } catch (error) {
    if (!(error instanceof PatternError) || error.kind !== 'invalid') throw error
    warn(error.message)
    return undefined
  }
}
