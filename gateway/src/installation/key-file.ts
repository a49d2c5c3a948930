import { basename } from 'node:path'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { AshlarError, errorMessage } from '@ashlar/core'

/**
 * Reads the key in `file`. If the file does not exist, writes a new key: 32 random bytes as base64url, mode 0600.
 *
 * @throws {AshlarError} DATA_DIR_UNUSABLE
 */
export async function ensureKey(file: string): Promise<string> {
  await generateKey(file)
  return readKey(file)
}

/** Writes a new key unless the file exists. @throws {AshlarError} DATA_DIR_UNUSABLE */
export async function generateKey(file: string): Promise<void> {
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw unusable(file, `it cannot be created: ${errorMessage(error)}`, error)
  }
}

/** @throws {AshlarError} DATA_DIR_UNUSABLE when the file is missing, unreadable, or does not contain a key */
export async function readKey(file: string): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw unusable(file, hasCode(error, 'EACCES') ? 'only the user who started Ashlar may read it' : errorMessage(error), error)
  }
  const key = text.trim()
  if (!/^[\w-]{32,}$/.test(key))
    throw unusable(file, 'it must hold at least 32 letters, digits, "-" or "_": delete it, and the next start creates a new one')
  return key
}

function unusable(file: string, reason: string, cause?: unknown): AshlarError {
  return new AshlarError('DATA_DIR_UNUSABLE', `the file ${basename(file)} of the data directory cannot be used: ${reason}`, {
    cause,
  })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
