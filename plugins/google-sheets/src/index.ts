import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import { appendRows } from './append-rows.ts'
import { clearRange } from './clear-range.ts'
import { createSpreadsheet } from './create-spreadsheet.ts'
import { listSheets } from './list-sheets.ts'
import { readRows } from './read-rows.ts'
import { updateRange } from './update-range.ts'

export default definePlugin({
  name: 'google-sheets',
  icon: 'sheet',
  providers: [provider],
  blocks: [readRows, appendRows, updateRange, clearRange, listSheets, createSpreadsheet],
})
