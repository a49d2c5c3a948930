import { defineBlock } from '@ashlar/sdk'
import { marked, type Token, type Tokens } from 'marked'
import { z } from 'zod'
import { checkLength, markdownPin } from './pins.ts'
import { readText } from './render.ts'

export const toText = defineBlock({
  id: 'a2338c38-4ffd-4134-a006-da294469d480',
  name: 'to-text',
  description: 'Convert Markdown to plain text.',
  category: 'TEXT',
  icon: 'file-type',
  synonyms: ['strip markdown', 'remove markdown', 'markdown to text', 'plain text', 'md to txt', 'remove formatting'],
  input: z.object({ markdown: markdownPin }),
  output: z.object({ text: z.string().describe('The text, without marks. Links and images are their text.') }),
  tests: [
    {
      input: {
        markdown:
          '# A\n\nb **c** [d](https://d.example) `e` ![f](g.png)\n\n1. one\n2. two\n   - three\n\n> q\n\n```js\nx < 1\n```',
      },
      output: [['text', 'A\n\nb c d e f\n\n1. one\n2. two\n  - three\n\nq\n\nx < 1']],
    },
    { input: { markdown: '| a | b |\n| - | - |\n| 1 | **2** |' }, output: [['text', 'a\tb\n1\t2']] },
    { input: { markdown: 'a &amp; b <b>c</b>\n\n---\n\n\\*d\\*' }, output: [['text', 'a & b c\n\n*d*']] },
    { input: { markdown: '' }, output: [['text', '']] },
  ],
  *run({ markdown }) {
    checkLength(markdown)
    yield ['text', showBlocks(marked.lexer(markdown))]
  },
})

function showBlocks(tokens: readonly Token[]): string {
  return tokens
    .map(showBlock)
    .filter((text) => text !== '')
    .join('\n\n')
}

function showBlock(token: Token): string {
  switch (token.type) {
    case 'code':
      return String(token.text)
    case 'blockquote':
      return showBlocks(token.tokens ?? [])
    case 'list':
      return showList(token as Tokens.List)
    case 'table':
      return showTable(token as Tokens.Table)
    case 'space':
    case 'hr':
    case 'html':
    case 'def':
      return ''
    default:
      return readText('tokens' in token ? token.tokens : [token]).trim()
  }
}

function showList({ items, ordered, start }: Tokens.List): string {
  return items
    .map((item, i) => {
      const mark = ordered ? `${Number(start || 1) + i}. ` : '- '
      const lines = item.tokens
        .map(showBlock)
        .filter((text) => text !== '')
        .join('\n')
        .split('\n')
      return mark + lines.join('\n  ')
    })
    .join('\n')
}

function showTable({ header, rows }: Tokens.Table): string {
  return [header, ...rows].map((row) => row.map((cell) => readText(cell.tokens)).join('\t')).join('\n')
}
