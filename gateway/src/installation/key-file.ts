import { basename } from 'node:path'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { AshlarError, messageOf } from '@ashlar/core'

/** The key in `file` of a data directory; made (32 random bytes as base64url, mode 0600) when there is none. @throws {AshlarError} DATA_DIR_UNUSABLE */
export async function ensureKey(file: string): Promise<string> {
  await makeKey(file)
  return readKey(file)
}

/** Makes the key where there is none. @throws {AshlarError} DATA_DIR_UNUSABLE */
export async function makeKey(file: string): Promise<void> {
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw unusable(file, `it cannot be made: ${messageOf(error)}`, error)
  }
}

/** @throws {AshlarError} DATA_DIR_UNUSABLE when the file is missing, may not be read, or holds no key */
export async function readKey(file: string): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw unusable(file, hasCode(error, 'EACCES') ? 'only the user who started Ashlar may read it' : messageOf(error), error)
  }
  const key = text.trim()
  if (!/^[\w-]{32,}$/.test(key))
    throw unusable(file, 'it must hold at least 32 letters, digits, "-" or "_": delete it, and the next start makes a new one')
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
