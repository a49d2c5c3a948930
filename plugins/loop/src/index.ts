import { definePlugin } from '@ashlar/sdk'
import { batches } from './batches.ts'
import { forEach } from './for-each.ts'
import { cross, zip } from './pairs.ts'
import { repeat } from './repeat.ts'
import { tryOnce } from './try.ts'

export default definePlugin({ name: 'loop', blocks: [forEach, batches, repeat, tryOnce, zip, cross] })
