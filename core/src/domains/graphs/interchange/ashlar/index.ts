export { canonicalText } from './canonical-text.ts'
export { readAshlarFile } from './read-file.ts'
export { toAshlarFile } from './to-file.ts'
export type { VersionTree } from './to-file.ts'
