export { AshlarError, errorMessage, showFaults, showValue } from './ashlar-error.ts'
export { Batcher } from './batcher.ts'
export { API_ERROR_CODES, ERROR_CODES } from './codes.ts'
export { normalizeEmail } from './email.ts'
export { describeIssue, describeIssues, describeSecretIssue, valueAt } from './describe-issue.ts'
export {
  deferredBytes,
  deferredItemTypes,
  deferValue,
  joinJson,
  JsonPieces,
  JsonScanner,
  JsonText,
  MAX_DEPTH,
  minJsonLength,
  stringifyDeferred,
  toJsonPieces,
} from './json/index.ts'
export { mapConcurrently } from './map-concurrently.ts'
export { Lru } from './lru.ts'
export { mapPage, sortPage, toPage } from './page.ts'
export { Slices } from './slices.ts'
export { toOwnerIds } from './owners.ts'
export { isText } from './text.ts'
export { Turns } from './turns.ts'
export { unlessAborted } from './unless-aborted.ts'
export { isUuid, uuidTime } from './uuid.ts'
export type { ErrorDetails, Fault } from './ashlar-error.ts'
export type { ErrorCode } from './codes.ts'
export type { JsonType } from './json/index.ts'
export type { Owners } from './owners.ts'
export type { Direction, Listed, Page, PageRequest, Position, TimeRange } from './page.ts'
