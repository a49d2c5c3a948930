import { defineBlock, parseNumber } from '@ashlar/sdk'
import { CORE_SCHEMA, intCoreTag, load } from 'js-yaml'
import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import { markdownPin } from './pins.ts'

export const frontMatter = defineBlock({
  id: 'cd914709-7e3c-48aa-b32b-ef116e6c18cb',
  name: 'front-matter',
  description: 'Separate the front matter (the data between "---" at the start) from a Markdown text.',
  category: 'TEXT',
  icon: 'file-sliders',
  synonyms: ['frontmatter', 'yaml header', 'metadata of markdown', 'gray-matter', 'jekyll', 'hugo', 'obsidian properties'],
  input: z.object({ markdown: markdownPin }),
  output: z.object({
    data: z.record(z.string(), z.unknown()).describe('The data. Empty without front matter. Dates are texts.'),
    markdown: z.string().describe('The text after the front matter.'),
  }),
  tests: [
    {
      input: { markdown: '---\ntitle: A\ntags: [x, y]\ndate: 2026-03-29\n---\n\n# B\n' },
      output: [
        ['data', { title: 'A', tags: ['x', 'y'], date: '2026-03-29' }],
        ['markdown', '# B\n'],
      ],
    },
    {
      name: 'TOML between +++',
      input: { markdown: '\ufeff+++\r\ntitle = "A"\r\nday = 2026-03-29\r\n+++\r\nB' },
      output: [
        ['data', { title: 'A', day: '2026-03-29' }],
        ['markdown', 'B'],
      ],
    },
    {
      name: 'a rule is not front matter',
      input: { markdown: 'a\n\n---\n\nb' },
      output: [
        ['data', {}],
        ['markdown', 'a\n\n---\n\nb'],
      ],
    },
    {
      input: { markdown: '---\na: [1\n---\n' },
      output: [['error', (message: string) => message.startsWith('markdown must have valid YAML between "---" and "---": ')]],
    },
    { input: { markdown: '---\n- a\n---\n' }, output: [['error', 'the front matter must be a dictionary, got a list']] },
    {
      name: 'integers of any size',
      input: { markdown: '---\nid: 12345678901234567890\nn: 7\n---\n' },
      output: [
        ['data', { id: 12345678901234567890n, n: 7 }],
        ['markdown', ''],
      ],
    },
  ],
  *run({ markdown }) {
    const found = /^\ufeff?(---|\+\+\+)[ \t]*\r?\n(?:([^]*?)\r?\n)??\1[ \t]*(?:\r?\n|$)(?:[ \t]*\r?\n)*/.exec(markdown)
    yield ['data', found ? readData(found[1] ?? '', found[2] ?? '') : {}]
    yield ['markdown', found ? markdown.slice(found[0].length) : markdown]
  },
})

function readData(fence: string, text: string): Record<string, unknown> {
  const language = fence === '---' ? 'YAML' : 'TOML'
  const value = parse(language, text, fence)
  if (value === undefined || value === null) return {}
  if (Array.isArray(value)) throw new Error('the front matter must be a dictionary, got a list')
  if (typeof value !== 'object') throw new Error(`the front matter must be a dictionary, got ${JSON.stringify(value)}`)
  return toJson(value) as Record<string, unknown>
}

function parse(language: 'YAML' | 'TOML', text: string, fence: string): unknown {
  try {
    return language === 'YAML' ? load(text, { schema: SCHEMA }) : parseToml(text, { integersAsBigInt: 'asNeeded' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`markdown must have valid ${language} between "${fence}" and "${fence}": ${reason}`, { cause })
  }
}

/** A long id keeps all its digits. */
const SCHEMA = CORE_SCHEMA.withTags({
  ...intCoreTag,
  resolve(source, ...rest) {
    const number = intCoreTag.resolve(source, ...rest)
    return Number.isSafeInteger(number) ? number : ((parseNumber(source) as typeof number | undefined) ?? number)
  },
})

/** Dates become texts as in the document: TOML dates keep their form, YAML dates without a time are days. */
function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]))
}
