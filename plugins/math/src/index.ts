import { definePlugin } from '@ashlar/sdk'
import { calculate } from './calculate.ts'
import { collect } from './collect.ts'
import { count } from './count.ts'
import { clamp, convertBase, convertUnit, formula, percentage } from './formula/index.ts'
import { randomItems, randomNumber } from './random/index.ts'
import { round } from './round.ts'
import { statistics } from './statistics.ts'

export default definePlugin({
  name: 'math',
  icon: 'calculator',
  blocks: [
    calculate,
    count,
    statistics,
    round,
    collect,
    formula,
    percentage,
    clamp,
    convertUnit,
    convertBase,
    randomNumber,
    randomItems,
  ],
})
