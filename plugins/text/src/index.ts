import { definePlugin } from '@ashlar/sdk'
import { changeCase, normalize, pad, slice, slug, trim, truncate, wrap } from './change/index.ts'
import { detectLanguage, validate } from './checks/index.ts'
import { codeExtract } from './code-extract.ts'
import { collect } from './collect.ts'
import { combine } from './combine.ts'
import { compare, contains, diffBlock, findSimilar } from './compare/index.ts'
import { count } from './count.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { extract } from './extract.ts'
import { match } from './match.ts'
import { formatNumber, parseNumberBlock } from './numbers/index.ts'
import { chunk, sortLines, splitLines, splitSentences } from './parts/index.ts'
import { extractContacts, findPatterns, redact, replacePattern, splitPattern } from './patterns/index.ts'
import { replace } from './replace.ts'
import { split } from './split.ts'
import { template } from './template.ts'
import { words } from './words.ts'

export default definePlugin({
  name: 'text',
  icon: 'type',
  blocks: [
    template,
    replace,
    combine,
    split,
    match,
    extract,
    codeExtract,
    count,
    words,
    decode,
    encode,
    collect,
    changeCase,
    trim,
    slice,
    truncate,
    pad,
    wrap,
    normalize,
    slug,
    splitLines,
    splitSentences,
    chunk,
    sortLines,
    contains,
    compare,
    findSimilar,
    diffBlock,
    findPatterns,
    replacePattern,
    splitPattern,
    extractContacts,
    redact,
    validate,
    detectLanguage,
    formatNumber,
    parseNumberBlock,
  ],
})
