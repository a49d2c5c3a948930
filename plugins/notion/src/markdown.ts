import { z } from 'zod'
import { toLanguage } from './languages.ts'
import { toPlainText, toRichText } from './properties.ts'

/*
 * Blocks of a page as Markdown and back: headings, lists, tasks, quotes, code, dividers and paragraphs. Formats
 * inside a line are plain text.
 */

const PREFIXES: [type: string, pattern: RegExp][] = [
  ['heading_3', /^### (.*)$/],
  ['heading_2', /^## (.*)$/],
  ['heading_1', /^# (.*)$/],
  ['to_do', /^\s*[-*+] \[([ xX])\] (.*)$/],
  ['bulleted_list_item', /^\s*[-*+] (.*)$/],
  ['numbered_list_item', /^\s*\d+[.)] (.*)$/],
  ['quote', /^> ?(.*)$/],
]

export function toBlocks(markdown: string): Record<string, unknown>[] {
  const blocks: Record<string, unknown>[] = []
  const lines = markdown.split(/\r?\n/)
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const fence = /^```([^\s`]*)[^`]*$/.exec(line)
    if (fence) {
      const end = lines.findIndex((each, n) => n > i && /^```\s*$/.test(each))
      const last = end < 0 ? lines.length : end
      blocks.push(block('code', lines.slice(i + 1, last).join('\n'), { language: toLanguage(fence[1] ?? '') }))
      i = last
    } else if (/^(---|\*\*\*)\s*$/.test(line)) blocks.push({ object: 'block', type: 'divider', divider: {} })
    else if (line.trim() !== '') blocks.push(toBlock(line))
  }
  return blocks
}

function toBlock(line: string): Record<string, unknown> {
  for (const [type, pattern] of PREFIXES) {
    const found = pattern.exec(line)
    if (!found) continue
    if (type === 'to_do') return block(type, found[2] ?? '', { checked: found[1] !== ' ' })
    return block(type, found[1] ?? '')
  }
  return block('paragraph', line)
}

function block(type: string, text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { object: 'block', type, [type]: { rich_text: toRichText(text), ...more } }
}

const blockSchema = z.looseObject({ type: z.string() })
const contentSchema = z.object({ rich_text: z.unknown(), checked: z.boolean().optional(), language: z.string().optional() })

/** @returns undefined for a block without text, such as an image */
export function toMarkdown(item: unknown): string | undefined {
  const given = blockSchema.parse(item)
  if (given.type === 'divider') return '---'
  if (given.type === 'table_row') return toTableRow(given['table_row'])
  const content = contentSchema.safeParse(given[given.type]).data
  if (!content) return undefined
  const text = toPlainText(content.rich_text)
  switch (given.type) {
    case 'heading_1':
      return `# ${text}`
    case 'heading_2':
      return `## ${text}`
    case 'heading_3':
      return `### ${text}`
    case 'bulleted_list_item':
      return `- ${text}`
    case 'numbered_list_item':
      return `1. ${text}`
    case 'to_do':
      return `- [${content.checked ? 'x' : ' '}] ${text}`
    case 'quote':
      return `> ${text.replaceAll('\n', '\n> ')}`
    case 'code':
      return `\`\`\`${content.language === 'plain text' ? '' : (content.language ?? '')}\n${text}\n\`\`\``
    default:
      return text
  }
}

function toTableRow(row: unknown): string {
  const { cells } = z.object({ cells: z.array(z.unknown()) }).parse(row)
  return `| ${cells.map((cell) => toPlainText(cell).replaceAll('|', '\\|').replaceAll('\n', '<br>')).join(' | ')} |`
}
