import { AshlarError } from '@ashlar/core'
import { toRequestError } from '../../http/mask-error.ts'
import { JsonCheck } from './json-check.ts'

/** Runs a check. Converts its AshlarError to the error of the whole request. */
export function rejecting<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof AshlarError ? toRequestError(error) : error
  }
}

/** Creates the check of the body of one request over HTTP. It receives the parts of the body. */
export function createBodyCheck(): (part: Uint8Array) => void {
  const json = new JsonCheck(1)
  return (part) => rejecting(() => json.push(part))
}
