export { createMatcher, type Matcher } from './matcher.ts'
export { PatternError } from './tree.ts'
