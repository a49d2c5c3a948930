import { defineBlock } from '@ashlar/sdk'
import { createTwoFilesPatch, diffLines, diffWordsWithSpace, type ChangeObject } from 'diff'
import { z } from 'zod'

export const diffBlock = defineBlock({
  id: '1d752f89-9a00-4048-87f4-15a08d2780a6',
  name: 'diff',
  description: 'Show the differences between two texts, by line or by word.',
  category: 'TEXT',
  icon: 'diff',
  synonyms: ['compare texts', 'changes', 'patch', 'unified diff', 'what changed', 'version difference', 'monitor changes'],
  input: z.object({
    old: z.string().describe('The old text.'),
    new: z.string().describe('The new text.'),
    unit: z.enum(['lines', 'words']).default('lines').describe('What to compare.'),
    context: z.int().min(0).max(1000).default(3).describe('The number of equal lines around each change in the patch.'),
  }),
  output: z.object({
    changed: z.boolean().describe('Whether the texts differ.'),
    patch: z.string().describe('The differences as a unified diff. Empty if there are none.'),
    rows: z
      .array(z.object({ kind: z.enum(['equal', 'added', 'removed']), text: z.string() }))
      .describe('All parts of both texts in order: equal, added or removed.'),
    added: z.int().describe('The number of added lines or words.'),
    removed: z.int().describe('The number of removed lines or words.'),
  }),
  tests: [
    {
      input: { old: 'a\nb\nc\n', new: 'a\nx\nc\n', context: 0 },
      output: [
        ['changed', true],
        ['patch', '--- old\n+++ new\n@@ -2,1 +2,1 @@\n-b\n+x\n'],
        [
          'rows',
          [
            { kind: 'equal', text: 'a\n' },
            { kind: 'removed', text: 'b\n' },
            { kind: 'added', text: 'x\n' },
            { kind: 'equal', text: 'c\n' },
          ],
        ],
        ['added', 1],
        ['removed', 1],
      ],
    },
    {
      input: { old: 'a big cat', new: 'a cat', unit: 'words' },
      output: [
        ['changed', true],
        ['patch', (patch: string) => patch.includes('-a big cat')],
        [
          'rows',
          [
            { kind: 'equal', text: 'a ' },
            { kind: 'removed', text: 'big ' },
            { kind: 'equal', text: 'cat' },
          ],
        ],
        ['added', 0],
        ['removed', 1],
      ],
    },
    {
      input: { old: 'a', new: 'a' },
      output: [
        ['changed', false],
        ['patch', ''],
        ['rows', [{ kind: 'equal', text: 'a' }]],
        ['added', 0],
        ['removed', 0],
      ],
    },
    {
      name: 'texts that differ too much',
      input: {
        old: `${Array.from({ length: 2500 }, (_, i) => i * 2).join('\n')}`,
        new: `${Array.from({ length: 2500 }, (_, i) => i * 2 + 1).join('\n')}`,
      },
      output: [['error', 'the texts have more than 4000 differences; compare smaller parts, or use the unit "lines"']],
    },
  ],
  *run({ old, new: now, unit, context }) {
    const parts = computeParts(old, now, unit)
    const changed = old !== now
    yield ['changed', changed]
    yield ['patch', changed ? writePatch(old, now, context) : '']
    yield ['rows', parts.map(toRow)]
    yield ['added', count(parts, unit, 'added')]
    yield ['removed', count(parts, unit, 'removed')]
  },
})

type Row = { kind: 'equal' | 'added' | 'removed'; text: string }

function toRow({ added, removed, value }: ChangeObject<string>): Row {
  if (added) return { kind: 'added', text: value }
  return { kind: removed ? 'removed' : 'equal', text: value }
}

/** The time grows with the product of the lengths and the number of differences. */
const MAX_EDITS = 4000

const TOO_MANY = `the texts have more than ${MAX_EDITS} differences; compare smaller parts, or use the unit "lines"`

function computeParts(old: string, now: string, unit: 'lines' | 'words'): ChangeObject<string>[] {
  const options = { maxEditLength: MAX_EDITS }
  const parts = unit === 'lines' ? diffLines(old, now, options) : diffWordsWithSpace(old, now, options)
  if (!parts) throw new Error(TOO_MANY)
  return parts
}

function writePatch(old: string, now: string, context: number): string {
  const patch = createTwoFilesPatch('old', 'new', old, now, undefined, undefined, { context, maxEditLength: MAX_EDITS })
  if (patch === undefined) throw new Error(TOO_MANY)
  return patch.replace(/^=+\n/, '')
}

function count(parts: readonly ChangeObject<string>[], unit: 'lines' | 'words', kind: 'added' | 'removed'): number {
  return parts
    .filter((part) => part[kind])
    .reduce(
      (sum, { value }) =>
        sum + (unit === 'lines' ? (value.match(/[^\n]*\n|[^\n]+$/g)?.length ?? 0) : (value.match(/\S+/g)?.length ?? 0)),
      0,
    )
}
