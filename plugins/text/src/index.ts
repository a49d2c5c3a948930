import { definePlugin } from '@ashlar/sdk'
import { codeExtract } from './code-extract.ts'
import { collect } from './collect.ts'
import { combine } from './combine.ts'
import { count } from './count.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { extract } from './extract.ts'
import { match } from './match.ts'
import { replace } from './replace.ts'
import { split } from './split.ts'
import { template } from './template.ts'
import { words } from './words.ts'

export default definePlugin({
  name: 'text',
  icon: 'type',
  blocks: [template, replace, combine, split, match, extract, codeExtract, count, words, decode, encode, collect],
})
