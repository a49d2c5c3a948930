import { AshlarError } from '@ashlar/core'
import { toRequestError } from '../../http/mask-error.ts'

/** Runs a check. Converts its AshlarError to the error of the whole request. */
export function rejecting<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof AshlarError ? toRequestError(error) : error
  }
}
