import { definePlugin } from '@ashlar/sdk'
import { append, compare, deduplicate, join, lookup } from './combine/index.ts'
import { cast, compute, explode, fill, number, rename, splitColumn } from './columns/index.ts'
import { bin, correlate, describe, percentile, window } from './measure/index.ts'
import { chunk, column, fromDictionary, fromLists, pivot, sampleRows, toDictionary, transpose, unpivot } from './shape/index.ts'
import { aggregate } from './aggregate.ts'
import { countValues } from './count-values.ts'
import { derive } from './derive.ts'
import { filter } from './filter.ts'
import { group } from './group.ts'
import { limit } from './limit.ts'
import {
  parseCsv,
  parseFixedWidth,
  parseJsonBlock,
  parseJsonLines,
  parseXml,
  readCsv,
  writeCsv,
  writeFixedWidth,
  writeJson,
  writeJsonLines,
  writeXml,
  xmlRows,
} from './formats/index.ts'
import { sample } from './sample/index.ts'
import { select } from './select.ts'
import { sort } from './sort.ts'

export default definePlugin({
  name: 'data',
  icon: 'table-2',
  blocks: [
    parseCsv,
    readCsv,
    writeCsv,
    parseJsonBlock,
    writeJson,
    parseXml,
    writeXml,
    xmlRows,
    parseJsonLines,
    writeJsonLines,
    parseFixedWidth,
    writeFixedWidth,
    sort,
    filter,
    group,
    aggregate,
    select,
    limit,
    derive,
    countValues,
    join,
    lookup,
    append,
    deduplicate,
    compare,
    rename,
    compute,
    cast,
    fill,
    splitColumn,
    explode,
    number,
    pivot,
    unpivot,
    transpose,
    chunk,
    sampleRows,
    toDictionary,
    fromDictionary,
    column,
    fromLists,
    describe,
    correlate,
    percentile,
    bin,
    window,
    sample,
  ],
})
