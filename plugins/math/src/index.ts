import { definePlugin } from '@ashlar/sdk'
import { calculate } from './calculate.ts'
import { collect } from './collect.ts'
import { count } from './count.ts'
import { round } from './round.ts'
import { statistics } from './statistics.ts'

export default definePlugin({ name: 'math', icon: 'calculator', blocks: [calculate, count, statistics, round, collect] })
