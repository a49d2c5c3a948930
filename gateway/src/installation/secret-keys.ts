import { readFile } from 'node:fs/promises'
import { AshlarError, secretKeyFile } from '@ashlar/core'
import { isSecretKey, type Config } from '../base/config.ts'
import { makeKey } from './key-file.ts'

/**
 * The keys that seal credentials: those of `ASHLAR_SECRET_KEY`, or the one that the data directory keeps, made at its first use.
 *
 * @throws {AshlarError} DATA_DIR_UNUSABLE
 */
export async function ensureSecretKeys(config: Config): Promise<readonly string[]> {
  if (config.secretKeys.length > 0) return config.secretKeys
  await makeKey(secretKeyFile(config.dataDir))
  return readSecretKeys(config)
}

/**
 * The same for a worker, which makes none: one that nobody else has would open nothing.
 *
 * @returns none where the data directory has none
 * @throws {AshlarError} DATA_DIR_UNUSABLE
 */
export async function readSecretKeys(config: Config): Promise<readonly string[]> {
  if (config.secretKeys.length > 0) return config.secretKeys
  try {
    return [checked((await readFile(secretKeyFile(config.dataDir), 'utf8')).trim())]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error instanceof AshlarError ? error : unusable('it cannot be read', error)
  }
}

function checked(key: string): string {
  if (isSecretKey(key)) return key
  throw unusable('it must hold 32 bytes as base64; without the right one, credentials that are stored cannot be read')
}

function unusable(reason: string, cause?: unknown): AshlarError {
  return new AshlarError('DATA_DIR_UNUSABLE', `the file secret-key of the data directory cannot be used: ${reason}`, { cause })
}
