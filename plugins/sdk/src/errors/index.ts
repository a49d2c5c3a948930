export { BlockError } from './block-error.ts'
export type { BlockErrorCode } from './block-error.ts'
