export { createMatcher } from './matcher.ts'
export { PatternError } from './tree.ts'
