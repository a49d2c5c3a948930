import { readFile } from 'node:fs/promises'
import { AshlarError, secretKeyFile } from '@ashlar/core'
import { isSecretKey, type Config } from '../base/config.ts'
import { generateKey } from './key-file.ts'

/**
 * Returns the keys that encrypt credentials: those of `ASHLAR_SECRET_KEY`, otherwise the key in the data directory,
 * which is generated on first use.
 *
 * @throws {AshlarError} DATA_DIR_UNUSABLE
 */
export async function ensureSecretKeys(config: Config): Promise<readonly string[]> {
  if (config.secretKeys.length > 0) return config.secretKeys
  await generateKey(secretKeyFile(config.dataDir))
  return readSecretKeys(config)
}

/**
 * Returns the same keys for a worker, which never generates one: a new key could not decrypt existing credentials.
 *
 * @returns an empty list if the data directory has no key
 * @throws {AshlarError} DATA_DIR_UNUSABLE
 */
export async function readSecretKeys(config: Config): Promise<readonly string[]> {
  if (config.secretKeys.length > 0) return config.secretKeys
  try {
    return [parseSecretKey((await readFile(secretKeyFile(config.dataDir), 'utf8')).trim())]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error instanceof AshlarError ? error : unusable('it cannot be read', error)
  }
}

function parseSecretKey(key: string): string {
  if (isSecretKey(key)) return key
  throw unusable(
    'it must contain 32 bytes as base64. Restore the original key: stored credentials cannot be decrypted with another one',
  )
}

function unusable(reason: string, cause?: unknown): AshlarError {
  return new AshlarError('DATA_DIR_UNUSABLE', `the file secret-key of the data directory cannot be used: ${reason}`, { cause })
}
