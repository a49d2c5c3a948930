import { AshlarError, type ErrorCode } from '../../base/index.ts'

/**
 * Creates an error for a fault at one position of a tarball.
 *
 * @param position path in the package, with the line if known: `src/index.ts:3`
 */
export function refusal(code: ErrorCode, position: string, message: string, cause?: unknown): AshlarError {
  const details = { path: ['tarball'], faults: [{ path: position, message }] }
  return new AshlarError(code, position === '' ? message : `${position}: ${message}`, { details, cause })
}
