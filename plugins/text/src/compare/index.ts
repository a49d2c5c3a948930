export { compare } from './compare.ts'
export { contains } from './contains.ts'
export { diffBlock } from './diff.ts'
export { findSimilar } from './find-similar.ts'
