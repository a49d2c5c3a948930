export { collect } from './collect.ts'
export { first, last } from './ends.ts'
export { reduce } from './reduce.ts'
