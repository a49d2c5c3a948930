import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import { appendBlocks } from './append-blocks.ts'
import { createPage } from './create-page.ts'
import { getPage } from './get-page.ts'
import { queryDatabase } from './query-database.ts'
import { search } from './search.ts'
import { updatePage } from './update-page.ts'

export default definePlugin({
  name: 'notion',
  icon: 'notebook-text',
  providers: [provider],
  blocks: [queryDatabase, getPage, createPage, updatePage, appendBlocks, search],
})
