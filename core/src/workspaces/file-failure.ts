import { AshlarError, showValue } from '../base/index.ts'

/**
 * Converts an error of the file system for a path. Any other error is a failure of the worker and is returned
 * unchanged.
 */
export function toFileFailure(error: unknown, path: readonly string[]): unknown {
  const shown = showValue(path.join('/'))
  const code = readErrorCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path)
  if (code === 'ELOOP') return outsideWorkspace(path)
  if (code === 'EISDIR' || code === 'EEXIST' || code === 'ENOTEMPTY')
    return new AshlarError('FILE_PATH_INVALID', `files: ${shown} is a folder, or one of its folders is a file`)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AshlarError('FILE_LIMIT', 'files: the disk of the workspaces is full', { cause: error })
  if (code === 'ENAMETOOLONG')
    return new AshlarError('FILE_PATH_INVALID', `files: the path ${shown} is too long for the file system`)
  return error
}

export function notFound(path: readonly string[]): AshlarError {
  return new AshlarError('FILE_NOT_FOUND', `files: the file ${showValue(path.join('/'))} does not exist`)
}

export function outsideWorkspace(path: readonly string[]): AshlarError {
  return new AshlarError('FILE_PATH_INVALID', `files: the path ${showValue(path.join('/'))} leads outside the workspace`)
}

export function readErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
