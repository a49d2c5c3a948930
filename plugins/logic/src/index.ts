import { definePlugin } from '@ashlar/sdk'
import { condition } from './condition.ts'
import { convert } from './convert.ts'
import { fail } from './fail.ts'
import { ifMatches } from './if-matches.ts'
import { merge } from './merge.ts'
import { print } from './print.ts'
import { stepThrough } from './step-through.ts'
import { storeValue } from './store-value.ts'
import { switchBlock } from './switch.ts'

export default definePlugin({
  name: 'logic',
  icon: 'split',
  blocks: [condition, ifMatches, switchBlock, merge, stepThrough, storeValue, print, convert, fail],
})
