import { blake2b, blake2s } from '@noble/hashes/blake2.js'
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js'
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js'
import type { CHash } from '@noble/hashes/utils.js'

const HASHES: Record<string, CHash> = {
  md5,
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  'sha512-224': sha512_224,
  'sha512-256': sha512_256,
  'sha3-224': sha3_224,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
  ripemd160,
  rmd160: ripemd160,
  blake2b512: blake2b as unknown as CHash,
  blake2s256: blake2s as unknown as CHash,
}

export function getHashes(): string[] {
  return Object.keys(HASHES)
}

/** @param name as in Node: `sha256`, `SHA-256`, `RSA-SHA256` */
export function getAlgorithm(name: string): CHash {
  const plain = name
    .toLowerCase()
    .replace(/^rsa-/, '')
    .replace(/^sha-(?=\d)/, 'sha')
    .replace(/^(sha512)\/(?=\d)/, '$1-')
  const found = Object.hasOwn(HASHES, plain) ? HASHES[plain] : undefined
  if (!found) throw new Error(`Digest method not supported: ${name}; a sandbox has ${getHashes().join(', ')}`)
  return found
}

/** What Node accepts as bytes. */
export type Bytes = string | ArrayBufferView | ArrayBuffer

export function toBytes(value: Bytes, encoding?: BufferEncoding): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, encoding)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  throw new TypeError('The data must be a string, a Buffer, a TypedArray or a DataView')
}

export function toOutput(bytes: Uint8Array, encoding?: BufferEncoding | 'buffer'): Buffer | string {
  const buffer = Buffer.from(bytes)
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding)
}
