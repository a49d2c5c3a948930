import { AshlarError, type ErrorCode } from '../../base/index.ts'

/**
 * A tarball is refused for something at one place.
 *
 * @param position path in the package, with the line where there is one: `src/index.ts:3`
 */
export function refusal(code: ErrorCode, position: string, message: string, cause?: unknown): AshlarError {
  const details = { path: ['tarball'], faults: [{ path: position, message }] }
  return new AshlarError(code, position === '' ? message : `${position}: ${message}`, { details, cause })
}
