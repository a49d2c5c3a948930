import { defineBlock } from '@ashlar/sdk'
import { marked } from 'marked'
import { z } from 'zod'
import { checkLength, markdownPin } from './pins.ts'
import { readText } from './render.ts'

const section = z.object({ title: z.string(), level: z.int(), path: z.array(z.string()), markdown: z.string() })
type Section = z.output<typeof section>

export const splitSections = defineBlock({
  id: 'b1988e92-8a3a-46d2-9cb2-b8276244f5c1',
  name: 'split-sections',
  description: 'Split a Markdown text at its headings.',
  category: 'TEXT',
  icon: 'heading',
  synonyms: ['split by heading', 'chapters', 'markdown chunks', 'chunk document', 'text splitter', 'markdown header splitter'],
  input: z.object({
    markdown: markdownPin,
    max_depth: z
      .int()
      .min(1)
      .max(6)
      .default(2)
      .describe('Split at headings of this level and above. 1 splits only at "# Title".'),
  }),
  output: z.object({
    section: section.meta({
      description:
        'Each section: title, level (0 for text before the first heading), path (the titles of the sections above it) and markdown (the text below the heading).',
      many: true,
    }),
    rows: z.array(section).describe('All sections in one list.'),
    count: z.int().describe('The number of sections.'),
  }),
  tests: [
    {
      input: { markdown: 'intro\n\n# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n# D' },
      output: [
        { section: { title: '', level: 0, path: [], markdown: 'intro' } },
        { section: { title: 'A', level: 1, path: [], markdown: 'a' } },
        { section: { title: 'B', level: 2, path: ['A'], markdown: 'b\n\n### C\n\nc' } },
        { section: { title: 'D', level: 1, path: [], markdown: '' } },
        ['rows', (rows: unknown[]) => rows.length === 4],
        ['count', 4],
      ],
    },
    {
      input: { markdown: ' ' },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
  ],
  *run({ markdown, max_depth: maxDepth }) {
    const rows = findSections(markdown, maxDepth)
    for (const each of rows) yield { section: each }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

function findSections(markdown: string, maxDepth: number): Section[] {
  checkLength(markdown)
  const found: Section[] = []
  let current: Section = { title: '', level: 0, path: [], markdown: '' }
  const above: Section[] = []
  for (const token of marked.lexer(markdown)) {
    if (token.type !== 'heading' || Number(token['depth']) > maxDepth) {
      current.markdown += token.raw
      continue
    }
    found.push(current)
    const level = Number(token['depth'])
    while ((above.at(-1)?.level ?? 0) >= level) above.pop()
    current = { title: readText(token.tokens).trim(), level, path: above.map(({ title }) => title), markdown: '' }
    above.push(current)
  }
  return [...found, current]
    .map((each) => ({ ...each, markdown: each.markdown.trim() }))
    .filter(({ level, markdown: text }) => level > 0 || text !== '')
}
