import { definePlugin } from '@ashlar/sdk'
import { frontMatter } from './front-matter.ts'
import { splitSections } from './split-sections.ts'
import { tableOfContents } from './table-of-contents.ts'
import { toHtml } from './to-html.ts'
import { toText } from './to-text.ts'
import { writeTable } from './write-table.ts'

export default definePlugin({
  name: 'markdown',
  icon: 'file-text',
  blocks: [toHtml, toText, frontMatter, tableOfContents, splitSections, writeTable],
})
