import { definePlugin } from '@ashlar/sdk'
import { batches } from './batches.ts'
import { forEach } from './for-each.ts'
import { nextPage } from './next-page.ts'
import { cross, zip } from './pairs.ts'
import { repeat } from './repeat.ts'
import { tryOnce } from './try.ts'
import { whileLoop } from './while.ts'

export default definePlugin({
  name: 'loop',
  icon: 'repeat',
  blocks: [forEach, batches, repeat, whileLoop, tryOnce, nextPage, zip, cross],
})
