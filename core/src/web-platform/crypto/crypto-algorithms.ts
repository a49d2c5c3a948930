/** The algorithms of `crypto.subtle`. */
import { gcm } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { KeyAlgorithm, KeyParts, KeyUsage } from './crypto-key.ts'
import { DOMException } from '../base/dom-exception.ts'
import { copyBytes, toDictionary, toDomString, toUnsignedLong } from '../base/webidl.ts'

/** The `algorithm` argument, with the name in the spelling of the standard. */
export type Parameters = { readonly name: string } & Record<string, unknown>

interface Algorithm {
  /** The allowed usages of a key. */
  readonly usages?: readonly KeyUsage[]
  readonly digest?: (data: Uint8Array) => Uint8Array
  readonly sign?: (key: KeyParts, data: Uint8Array) => Uint8Array
  readonly encrypt?: (parameters: Parameters, key: KeyParts, data: Uint8Array) => Uint8Array
  readonly decrypt?: (parameters: Parameters, key: KeyParts, data: Uint8Array) => Uint8Array
  /** The number of bytes of a key to generate. */
  readonly keyBytes?: (parameters: Parameters) => number
  /** Checks an imported or generated key. */
  readonly describe?: (parameters: Parameters, secret: Uint8Array) => { algorithm: KeyAlgorithm; secret: Uint8Array }
}

const HASHES = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 }
type HashName = keyof typeof HASHES

/** Section 29. */
const HMAC: Algorithm = {
  usages: ['sign', 'verify'],
  sign: ({ algorithm, secret }, data) => hmac(toHash(algorithm.hash), secret, data),
  keyBytes: ({ hash, length }) => {
    if (length === undefined) return toHash(hash).blockLen
    const bits = toUnsignedLong(length, 2 ** 32 - 1)
    if (bits === 0) throw new DOMException('the length of a key cannot be 0', 'OperationError')
    return Math.ceil(bits / 8)
  },
  describe: ({ hash, length }, secret) => {
    const name = toHashName(hash)
    const bits = length === undefined ? secret.length * 8 : toUnsignedLong(length, 2 ** 32 - 1)
    if (secret.length === 0) throw new DOMException('the key is empty', 'DataError')
    if (bits > secret.length * 8 || bits <= secret.length * 8 - 8)
      throw new DOMException(`length does not fit a key of ${secret.length} bytes`, 'DataError')
    const cut = secret.slice()
    const last = cut.length - 1
    if (bits % 8) cut[last] = (cut[last] ?? 0) & (0xff << (8 - (bits % 8)))
    return { algorithm: { name: 'HMAC', hash: { name }, length: bits }, secret: cut }
  },
}

const TAG_BITS = [32, 64, 96, 104, 112, 120, 128]
const FULL_TAG_BYTES = 16

/** Section 27. */
const AES_GCM: Algorithm = {
  usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  encrypt: (parameters, { secret }, data) => {
    const { cipher, tagBytes } = toGcm(parameters, secret)
    const sealed = cipher().encrypt(data)
    return sealed.subarray(0, sealed.length - FULL_TAG_BYTES + tagBytes)
  },
  decrypt: (parameters, { secret }, data) => {
    const { cipher, tagBytes } = toGcm(parameters, secret)
    if (data.length < tagBytes) throw new DOMException('the data is shorter than its tag', 'OperationError')
    // The library supports only the full tag. In counter mode, encryption of the ciphertext decrypts it. Encryption of
    // the plaintext then computes the full tag.
    const content = data.subarray(0, data.length - tagBytes)
    const plain = cipher().encrypt(content).slice(0, content.length)
    const sealed = cipher().encrypt(plain)
    if (!isEqual(sealed.subarray(content.length, data.length), data.subarray(content.length)))
      throw new DOMException('the data was changed, or was encrypted with another key or other parameters', 'OperationError')
    return plain
  },
  keyBytes: ({ length }) => {
    const bits = Number(length)
    if (bits !== 128 && bits !== 192 && bits !== 256) throw new DOMException('length must be 128, 192 or 256', 'OperationError')
    return bits / 8
  },
  describe: (_parameters, secret) => {
    if (![16, 24, 32].includes(secret.length)) throw new DOMException('the key must have 16, 24 or 32 bytes', 'DataError')
    return { algorithm: { name: 'AES-GCM', length: secret.length * 8 }, secret }
  },
}

const ALGORITHMS: Record<string, Algorithm> = {
  ...Object.fromEntries(Object.entries(HASHES).map(([name, hash]) => [name, { digest: (data: Uint8Array) => hash(data) }])),
  HMAC,
  'AES-GCM': AES_GCM,
}

/**
 * "Normalize an algorithm" (section 18.4.4).
 *
 * @param given the name, in upper or lower case, or an object with it
 * @throws {DOMException} NotSupportedError when the algorithm is unknown or does not support the operation
 */
export function toAlgorithm<T extends keyof Algorithm>(
  given: unknown,
  operation: T,
): { parameters: Parameters; algorithm: Algorithm & Required<Pick<Algorithm, T>> } {
  const options = typeof given === 'object' ? toDictionary<Record<string, unknown>>(given) : { name: given }
  if (options.name === undefined) throw new TypeError('an algorithm must have a name')
  const wanted = toDomString(options.name)
  const name = Object.keys(ALGORITHMS).find((each) => each.toLowerCase() === wanted.toLowerCase())
  const algorithm = name === undefined ? undefined : ALGORITHMS[name]
  if (name === undefined || !algorithm?.[operation])
    throw new DOMException(`${wanted} is not supported for this operation: ${SUPPORTED}`, 'NotSupportedError')
  return { parameters: { ...options, name }, algorithm: algorithm as Algorithm & Required<Pick<Algorithm, T>> }
}

const SUPPORTED =
  'crypto.subtle has digests (SHA-1, SHA-256, SHA-384, SHA-512), HMAC and AES-GCM; for others use a package such as @noble/ciphers or @noble/curves'

/** Compares in constant time. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0)
  return difference === 0
}

function toGcm(
  { iv, additionalData, tagLength }: Parameters,
  secret: Uint8Array,
): { cipher: () => ReturnType<typeof gcm>; tagBytes: number } {
  const nonce = copyBytes(iv)
  if (nonce.length === 0) throw new DOMException('iv is empty', 'OperationError')
  const more = additionalData === undefined ? undefined : copyBytes(additionalData)
  const tagBits = tagLength === undefined ? 128 : toUnsignedLong(tagLength, 255)
  if (!TAG_BITS.includes(tagBits)) throw new DOMException(`tagLength must be one of ${TAG_BITS.join(', ')}`, 'OperationError')
  // A cipher of the library can be used only once.
  return { cipher: () => gcm(secret, nonce, more), tagBytes: tagBits / 8 }
}

function toHashName(hash: unknown): HashName {
  return toAlgorithm(hash, 'digest').parameters.name as HashName
}

function toHash(hash: unknown): (typeof HASHES)[HashName] {
  return HASHES[toHashName(hash)]
}
