export { createMatcher, type Matcher } from './matcher.ts'
export { PatternError } from './tree.ts'
export { quirksPin, toSearched } from './searched-text.ts'
