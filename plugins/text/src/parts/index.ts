export { chunk } from './chunk.ts'
export { sortLines } from './sort-lines.ts'
export { splitLines } from './split-lines.ts'
export { splitSentences } from './split-sentences.ts'
