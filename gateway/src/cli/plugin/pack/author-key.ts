import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { AshlarError } from '@ashlar/core'
import type { CommandContext } from '../../command/command.ts'

/** The default path of an author's key. */
export function defaultKeyFile({ HOME, USERPROFILE }: CommandContext['environment']): string {
  return join(HOME ?? USERPROFILE ?? homedir(), '.ashlar', 'plugin-key.pem')
}

/** Creates an Ed25519 key in a file that only the user can read. @throws {AshlarError} CONFLICT when the file exists */
export async function writeNewKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(file, pem, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new AshlarError(
      'CONFLICT',
      `${file} already exists and was not overwritten, because versions signed with a lost key cannot be updated`,
      {
        cause: error,
      },
    )
  })
  return privateKey
}

/**
 * @returns undefined when the file does not exist
 * @throws {AshlarError} SIGNATURE_INVALID when it does not contain an Ed25519 key
 */
export async function readAuthorKey(file: string): Promise<KeyObject | undefined> {
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (pem === undefined) return undefined
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // reported below, without the content of the file
  }
  throw new AshlarError('SIGNATURE_INVALID', `${file} must contain an Ed25519 private key in PEM format`)
}

/** Returns the public part of a key. `keyId` is the hexadecimal SHA-256 of the public key. */
export function toPublicKey(key: KeyObject): { publicKey: string; keyId: string } {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const bytes = Buffer.from(x, 'base64url')
  return { publicKey: bytes.toString('base64'), keyId: createHash('sha256').update(bytes).digest('hex') }
}
