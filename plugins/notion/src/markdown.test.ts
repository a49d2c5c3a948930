import { expect, it } from 'vitest'
import { toBlocks, toMarkdown } from './markdown.ts'

const TEXT = ['# One', '## Two', 'text', '- item', '1. first', '- [x] done', '> said', '```js', 'let a', '```', '---'].join('\n')

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
