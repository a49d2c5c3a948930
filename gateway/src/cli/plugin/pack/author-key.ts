import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { AshlarError } from '@ashlar/core'
import type { CommandContext } from '../../command/command.ts'

/** Where an author's key is, unless it is said. */
export function usualKeyFile({ HOME, USERPROFILE }: CommandContext['environment']): string {
  return join(HOME ?? USERPROFILE ?? homedir(), '.ashlar', 'plugin-key.pem')
}

/** Makes an Ed25519 key in a file that only its owner may read. @throws {AshlarError} CONFLICT when the file is there already */
export async function makeKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(file, pem, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
    throw new AshlarError('CONFLICT', `${file} is there already: a key that is lost or replaced can sign no more versions`, {
      cause: error,
    })
  })
  return privateKey
}

/** @returns undefined when there is no such file @throws {AshlarError} SIGNATURE_INVALID when it holds no Ed25519 key */
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
    // told below, without what the file holds
  }
  throw new AshlarError('SIGNATURE_INVALID', `${file} holds no Ed25519 private key as PEM`)
}

/** What others know of a key. `keyId`: SHA-256 of the public key, hexadecimal. */
export function publicFactsOf(key: KeyObject): { publicKey: string; keyId: string } {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  const bytes = Buffer.from(x, 'base64url')
  return { publicKey: bytes.toString('base64'), keyId: createHash('sha256').update(bytes).digest('hex') }
}
