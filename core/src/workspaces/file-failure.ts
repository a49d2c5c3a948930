import { AshlarError, showValue } from '../errors/index.ts'

/** What the file system says of a path, in our words; anything else is a failure of the host and stays as it is. */
export function toFileFailure(error: unknown, path: readonly string[]): unknown {
  const shown = showValue(path.join('/'))
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path)
  if (code === 'ELOOP') return leadsOut(path)
  if (code === 'EISDIR' || code === 'EEXIST' || code === 'ENOTEMPTY')
    return new AshlarError('FILE_PATH_INVALID', `files: ${shown} is a folder, or has a file in the place of a folder`)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AshlarError('FILE_LIMIT', 'files: there is no room left where they are kept', { cause: error })
  if (code === 'ENAMETOOLONG')
    return new AshlarError('FILE_PATH_INVALID', `files: the path ${shown} is too long for the system that keeps them`)
  return error
}

export function notFound(path: readonly string[]): AshlarError {
  return new AshlarError('FILE_NOT_FOUND', `files: the file ${showValue(path.join('/'))} does not exist`)
}

export function leadsOut(path: readonly string[]): AshlarError {
  return new AshlarError('FILE_PATH_INVALID', `files: the path ${showValue(path.join('/'))} leads out of the workspace`)
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
