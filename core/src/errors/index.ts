export { AshlarError, messageOf, showValue } from './ashlar-error.ts'
export { ERROR_CODES } from './codes.ts'
export type { ErrorDetails, Fault } from './ashlar-error.ts'
export type { ErrorCode } from './codes.ts'
