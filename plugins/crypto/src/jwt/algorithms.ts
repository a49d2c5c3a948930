import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { mgf1, PKCS1_SHA256, PKCS1_SHA384, PKCS1_SHA512, PSS } from 'micro-rsa-dsa-dh/rsa.js'
import { isSameText } from '../bytes/index.ts'
import type { Curve, Key } from './keys.ts'

/** The algorithms of RFC 7518, section 3.1, and RFC 8037 (EdDSA). */
export const ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
export type Algorithm = (typeof ALGORITHMS)[number]

const HASHES = { 256: sha256, 384: sha384, 512: sha512 } as const
const PKCS1 = { 256: PKCS1_SHA256, 384: PKCS1_SHA384, 512: PKCS1_SHA512 } as const
const CURVES = { 256: p256, 384: p384, 512: p521 } as const
const CURVE_NAMES: Readonly<Record<string, Curve>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' }

type Bits = 256 | 384 | 512

function bitsOf(algorithm: Algorithm): Bits {
  const bits = Number(algorithm.slice(2))
  return bits === 384 || bits === 512 ? bits : 256
}

/** @throws {Error} when the key does not fit the algorithm */
export function sign(algorithm: Algorithm, key: Key, data: Uint8Array): Uint8Array {
  const bits = bitsOf(algorithm)
  if (algorithm.startsWith('HS')) return hmac(HASHES[bits], secretOf(key, algorithm), data)
  if (algorithm.startsWith('RS') || algorithm.startsWith('PS')) {
    const { n, d } = rsaOf(key, algorithm)
    if (d === undefined) throw needsPrivate(algorithm)
    const rsa = algorithm.startsWith('RS') ? PKCS1[bits] : PSS(HASHES[bits], mgf1(HASHES[bits]), bits / 8)
    return rsa.sign({ n, d }, data)
  }
  const { d } = ecOf(key, algorithm)
  if (!d) throw needsPrivate(algorithm)
  return algorithm === 'EdDSA' ? ed25519.sign(data, d) : CURVES[bits].sign(data, padKey(d, algorithm), { lowS: false })
}

/** @throws {Error} when the key does not fit the algorithm */
export function verify(algorithm: Algorithm, key: Key, data: Uint8Array, signature: Uint8Array): boolean {
  const bits = bitsOf(algorithm)
  if (algorithm.startsWith('HS')) return isSameText(hmac(HASHES[bits], secretOf(key, algorithm), data).toHex(), signature.toHex())
  if (algorithm.startsWith('RS') || algorithm.startsWith('PS')) {
    const rsa = algorithm.startsWith('RS') ? PKCS1[bits] : PSS(HASHES[bits], mgf1(HASHES[bits]), bits / 8)
    return attempt(() => rsa.verify(rsaOf(key, algorithm), data, signature), rsaOf(key, algorithm))
  }
  const { point } = ecOf(key, algorithm)
  if (!point) throw new Error(`the key for ${algorithm} must be a public key`)
  return attempt(
    () =>
      algorithm === 'EdDSA'
        ? ed25519.verify(signature, data, point)
        : CURVES[bits].verify(signature, data, point, { lowS: false }),
    point,
  )
}

/** The libraries throw for a signature of the wrong length. */
function attempt(check: () => boolean, _key: unknown): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

function padKey(d: Uint8Array, algorithm: Algorithm): Uint8Array {
  const length = { ES256: 32, ES384: 48, ES512: 66 }[algorithm as string] ?? d.length
  const padded = new Uint8Array(length)
  padded.set(d, length - d.length)
  return padded
}

function secretOf(key: Key, algorithm: Algorithm): Uint8Array {
  if (key.type !== 'secret') throw mismatch(algorithm, 'a secret', key)
  if (key.bytes.length === 0) throw new Error(`the key for ${algorithm} must not be empty`)
  return key.bytes
}

function rsaOf(key: Key, algorithm: Algorithm): Extract<Key, { type: 'RSA' }> {
  if (key.type !== 'RSA') throw mismatch(algorithm, 'an RSA key', key)
  return key
}

function ecOf(key: Key, algorithm: Algorithm): Extract<Key, { type: 'EC' }> {
  const curve = CURVE_NAMES[algorithm]
  if (key.type !== 'EC' || key.curve !== curve) throw mismatch(algorithm, `a key of the curve ${curve}`, key)
  return key
}

function mismatch(algorithm: Algorithm, expected: string, key: Key): Error {
  const got = key.type === 'EC' ? `a key of the curve ${key.curve}` : key.type === 'RSA' ? 'an RSA key' : 'a secret'
  return new Error(`the key for ${algorithm} must be ${expected}, got ${got}`)
}

function needsPrivate(algorithm: Algorithm): Error {
  return new Error(`the key for ${algorithm} must be a private key, got a public key`)
}
