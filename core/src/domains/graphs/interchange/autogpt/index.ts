export { readAutoGptFile } from './read-file.ts'
export { toAutoGptFile } from './to-file.ts'
