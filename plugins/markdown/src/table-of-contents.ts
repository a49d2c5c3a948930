import { defineBlock } from '@ashlar/sdk'
import { marked, type Tokens } from 'marked'
import { z } from 'zod'
import { checkLength, markdownPin } from './pins.ts'
import { createSlugger, readText } from './render.ts'

export const tableOfContents = defineBlock({
  id: '666b9a49-6f2a-412a-89c3-7f1f181ebe37',
  name: 'table-of-contents',
  description: 'List the headings of a Markdown text, as rows and as a Markdown list with links.',
  category: 'TEXT',
  icon: 'table-of-contents',
  synonyms: ['toc', 'headings', 'outline', 'contents', 'chapters', 'index of document'],
  input: z.object({
    markdown: markdownPin,
    max_depth: z.int().min(1).max(6).default(6).describe('The deepest level of headings to list. 1 lists only "# Title".'),
  }),
  output: z.object({
    rows: z
      .array(z.object({ title: z.string(), level: z.int(), id: z.string() }))
      .describe('A row for each heading: its title, its level (1 to 6) and its id, to which links refer.'),
    markdown: z.string().describe('The list of contents, as Markdown.'),
    count: z.int().describe('The number of headings.'),
  }),
  tests: [
    {
      input: { markdown: '# A *b*\n\n## C, d!\n\n```\n# no\n```\n\n### E\n\n## C, d!', max_depth: 2 },
      output: [
        [
          'rows',
          [
            { title: 'A b', level: 1, id: 'a-b' },
            { title: 'C, d!', level: 2, id: 'c-d' },
            { title: 'C, d!', level: 2, id: 'c-d-1' },
          ],
        ],
        ['markdown', '- [A b](#a-b)\n  - [C, d!](#c-d)\n  - [C, d!](#c-d-1)'],
        ['count', 3],
      ],
    },
    {
      input: { markdown: 'no headings' },
      output: [
        ['rows', []],
        ['markdown', ''],
        ['count', 0],
      ],
    },
  ],
  *run({ markdown, max_depth: maxDepth }) {
    checkLength(markdown)
    const slug = createSlugger()
    const headings = marked.lexer(markdown).filter((token): token is Tokens.Heading => token.type === 'heading')
    const all = headings.map(({ tokens, depth }) => {
      const title = readText(tokens).trim()
      return { title, level: depth, id: slug(title) }
    })
    const rows = all.filter(({ level }) => level <= maxDepth)
    const top = Math.min(...rows.map(({ level }) => level))
    yield ['rows', rows]
    yield ['markdown', rows.map(({ title, level, id }) => `${'  '.repeat(level - top)}- [${title}](#${id})`).join('\n')]
    yield ['count', rows.length]
  },
})
