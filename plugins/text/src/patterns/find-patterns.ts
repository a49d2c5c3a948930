import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compile, patternPins } from './compile.ts'

const match = z.object({
  text: z.string(),
  groups: z.array(z.string().nullable()),
  named: z.record(z.string(), z.string().nullable()),
  index: z.int(),
})

const MAX_MATCHES = 50_000

export const findPatterns = defineBlock({
  id: 'f3f78086-969c-424a-8c50-d5cb0605df66',
  name: 'find-patterns',
  description: 'Find all matches of a regular expression, with their groups.',
  category: 'TEXT',
  icon: 'regex',
  synonyms: [
    'regex',
    'regexp',
    'match all',
    'findall',
    'named groups',
    'capture groups',
    'regular expression',
    'scan',
    'parse text',
  ],
  input: z.object({ text: z.string().describe('The text to search.'), ...patternPins }),
  output: z.object({
    match: match.meta({
      description:
        'Each match: text, groups (a list, null for a group that did not match), named (the groups with names) and index (the position in code units).',
      many: true,
    }),
    rows: z
      .array(z.record(z.string(), z.string().nullable()))
      .describe('The named groups of each match, as rows. Without named groups, the groups as columns 1, 2, 3 …'),
    list: z.array(z.string()).describe('The text of each match.'),
    count: z.int().describe('The number of matches.'),
  }),
  tests: [
    {
      input: { text: '2026-03 and 2025-12', pattern: '(?<year>\\d{4})-(?<month>\\d\\d)' },
      output: [
        { match: { text: '2026-03', groups: ['2026', '03'], named: { year: '2026', month: '03' }, index: 0 } },
        { match: { text: '2025-12', groups: ['2025', '12'], named: { year: '2025', month: '12' }, index: 12 } },
        [
          'rows',
          [
            { year: '2026', month: '03' },
            { year: '2025', month: '12' },
          ],
        ],
        ['list', ['2026-03', '2025-12']],
        ['count', 2],
      ],
    },
    {
      name: 'groups without names, and groups that did not match',
      input: { text: 'A1 b', pattern: '([a-z])(\\d)?', case_sensitive: false },
      output: [
        { match: { text: 'A1', groups: ['A', '1'], named: {}, index: 0 } },
        { match: { text: 'b', groups: ['b', null], named: {}, index: 3 } },
        [
          'rows',
          [
            { 1: 'A', 2: '1' },
            { 1: 'b', 2: null },
          ],
        ],
        ['list', ['A1', 'b']],
        ['count', 2],
      ],
    },
    {
      input: { text: 'abc', pattern: 'x' },
      output: [
        ['rows', []],
        ['list', []],
        ['count', 0],
      ],
    },
    {
      input: { text: 'a', pattern: '(a' },
      output: [['error', 'pattern must be a regular expression, got "(a": Unterminated group']],
    },
  ],
  *run({ text, ...pattern }) {
    const found = [...text.matchAll(compile(pattern)).take(MAX_MATCHES + 1)]
    if (found.length > MAX_MATCHES)
      throw new Error(`pattern must have at most ${MAX_MATCHES} matches in the text; use a more exact pattern or a shorter text`)
    for (const each of found) yield { match: toMatch(each) }
    yield ['rows', found.map(toRow)]
    yield ['list', found.map(([whole]) => whole)]
    yield ['count', found.length]
  },
})

function toMatch(found: RegExpExecArray): z.output<typeof match> {
  const [text, ...groups] = found
  return { text, groups: groups.map(toNull), named: toNamed(found), index: found.index }
}

function toRow(found: RegExpExecArray): Record<string, string | null> {
  const named = toNamed(found)
  if (Object.keys(named).length > 0) return named
  return Object.fromEntries(found.slice(1).map((group, i) => [String(i + 1), toNull(group)]))
}

function toNamed({ groups = {} }: RegExpExecArray): Record<string, string | null> {
  return Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, toNull(group)]))
}

/** A group that did not match is undefined, although the types of TypeScript exclude it. */
function toNull(group: string | undefined): string | null {
  return group ?? null
}
