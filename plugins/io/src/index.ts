import { definePlugin } from '@ashlar/sdk'
import { date } from './date.ts'
import { dropdown } from './dropdown.ts'
import { googleDriveFile } from './google-drive-file.ts'
import { graph } from './graph.ts'
import { input } from './input.ts'
import { longText } from './long-text.ts'
import { note } from './note.ts'
import { number } from './number.ts'
import { output } from './output/index.ts'
import { shortText } from './short-text.ts'
import { table } from './table.ts'
import { time } from './time.ts'
import { toggle } from './toggle.ts'

export default definePlugin({
  name: 'io',
  icon: 'plug',
  blocks: [input, shortText, longText, number, date, time, dropdown, toggle, table, googleDriveFile, output, note, graph],
})
