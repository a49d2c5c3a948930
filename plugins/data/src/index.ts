import { definePlugin } from '@ashlar/sdk'
import { aggregate } from './aggregate.ts'
import { countValues } from './count-values.ts'
import { derive } from './derive.ts'
import { filter } from './filter.ts'
import { group } from './group.ts'
import { limit } from './limit.ts'
import { parseCsv, parseJsonBlock, parseXml, writeCsv, writeJson } from './formats/index.ts'
import { sample } from './sample/index.ts'
import { select } from './select.ts'
import { sort } from './sort.ts'

export default definePlugin({
  name: 'data',
  icon: 'table-2',
  blocks: [
    parseCsv,
    writeCsv,
    parseJsonBlock,
    writeJson,
    parseXml,
    sort,
    filter,
    group,
    aggregate,
    select,
    limit,
    derive,
    countValues,
    sample,
  ],
})
