import { expect, it } from 'vitest'
import { toBlocks, toMarkdown } from './markdown.ts'

const TEXT = [
  '# One',
  '## Two',
  'text',
  '- item',
  '1. first',
  '- [x] done',
  '> said',
  '```javascript',
  'let a',
  '```',
  '---',
].join('\n')

it('converts Markdown to blocks and back without loss', () => {
  const blocks = toBlocks(TEXT).map(
    (block) => JSON.parse(JSON.stringify(block).replaceAll('"content":', '"content":"","plain_text":')) as object,
  )
  const answered = JSON.parse(
    JSON.stringify(blocks).replaceAll(/"text":\{"content":"","plain_text":("(?:[^"\\]|\\.)*")\}/g, '"plain_text":$1'),
  ) as unknown[]
  expect(answered.map(toMarkdown).join('\n')).toBe(TEXT)
})

it('splits a text that is longer than a part may be', () => {
  const [block] = toBlocks('x'.repeat(4001)) as [{ paragraph: { rich_text: { text: { content: string } }[] } }]
  expect(block.paragraph.rich_text.map(({ text }) => text.content.length)).toEqual([2000, 2000, 1])
})

it('names the language of code as Notion does', () => {
  const languages = toBlocks('```ts\na\n```\n```c++ title="x"\nb\n```\n```brainfuck\nc\n```').map(
    (block) => (block['code'] as { language: string }).language,
  )
  expect(languages).toEqual(['typescript', 'c++', 'plain text'])
})

it('keeps items of nested lists, and rows of tables', () => {
  expect(toBlocks('- a\n  - b\n  1. c').map(({ type }) => type)).toEqual([
    'bulleted_list_item',
    'bulleted_list_item',
    'numbered_list_item',
  ])
  const cells = [[{ plain_text: 'a|b' }], [{ plain_text: 'c' }]]
  expect(toMarkdown({ type: 'table_row', table_row: { cells } })).toBe('| a\\|b | c |')
  expect(toMarkdown({ type: 'quote', quote: { rich_text: [{ plain_text: 'a\nb' }] } })).toBe('> a\n> b')
})
