import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js'
import { crc32 } from '../bytes/index.ts'

/** The algorithms that also exist as HMAC. */
export const HASHES = {
  'SHA-256': sha256,
  'SHA-512': sha512,
  'SHA-384': sha384,
  'SHA-224': sha224,
  'SHA-1': sha1,
  MD5: md5,
  'SHA3-256': sha3_256,
  'SHA3-512': sha3_512,
  'SHA3-384': sha3_384,
  'SHA3-224': sha3_224,
  BLAKE2b: blake2b,
  BLAKE2s: blake2s,
  BLAKE3: blake3,
  'RIPEMD-160': ripemd160,
} as const

export type HashName = keyof typeof HASHES
export const HASH_NAMES = Object.keys(HASHES) as [HashName, ...HashName[]]
export const CHECKSUM_NAMES = [...HASH_NAMES, 'CRC-32'] as const
export type ChecksumName = (typeof CHECKSUM_NAMES)[number]

/** A hash of bytes that arrive in pieces. */
export interface RunningHash {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

export function startHash(name: ChecksumName): RunningHash {
  return name === 'CRC-32' ? new RunningCrc32() : HASHES[name].create()
}

class RunningCrc32 implements RunningHash {
  #value = 0

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }

  digest(): Uint8Array {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, this.#value)
    return bytes
  }
}
