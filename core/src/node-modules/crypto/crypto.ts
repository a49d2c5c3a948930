/** `node:crypto`: hashes, random values and keys from passwords. Ciphers, signatures and key pairs are missing. */
export { getHashes } from './algorithms.ts'
export { createHash, createHmac, hash, Hash, Hmac } from './hash.ts'
export { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from './keys.ts'
export { getRandomValues, randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from './random.ts'
export { subtle, timingSafeEqual, webcrypto } from './random.ts'

export const constants = {}
export const getCiphers = (): string[] => []
export const getCurves = (): string[] => []

const refuse = (name: string, instead: string): (() => never) =>
  function () {
    throw new Error(`crypto.${name} is not available in a sandbox: use ${instead}`)
  }

const CIPHERS = 'crypto.subtle for AES-GCM, or a package such as @noble/ciphers for other ciphers'
export const createCipheriv = refuse('createCipheriv', CIPHERS)
export const createDecipheriv = refuse('createDecipheriv', CIPHERS)

const SECRETS = 'the bytes of the key as a Buffer; createHmac and crypto.subtle accept them'
export const createSecretKey = refuse('createSecretKey', SECRETS)
export const generateKeySync = refuse('generateKeySync', 'randomBytes, or crypto.subtle.generateKey for HMAC and AES-GCM')

const KEY_PAIRS = 'a package such as @noble/curves, which has ECDSA, Ed25519 and ECDH'
export const createSign = refuse('createSign', KEY_PAIRS)
export const createVerify = refuse('createVerify', KEY_PAIRS)
export const sign = refuse('sign', KEY_PAIRS)
export const verify = refuse('verify', KEY_PAIRS)
export const createPrivateKey = refuse('createPrivateKey', KEY_PAIRS)
export const createPublicKey = refuse('createPublicKey', KEY_PAIRS)
export const generateKeyPair = refuse('generateKeyPair', KEY_PAIRS)
export const generateKeyPairSync = refuse('generateKeyPairSync', KEY_PAIRS)
export const publicEncrypt = refuse('publicEncrypt', KEY_PAIRS)
export const privateDecrypt = refuse('privateDecrypt', KEY_PAIRS)
export const createDiffieHellman = refuse('createDiffieHellman', KEY_PAIRS)
export const createECDH = refuse('createECDH', KEY_PAIRS)
export class KeyObject {}
export class X509Certificate {}
