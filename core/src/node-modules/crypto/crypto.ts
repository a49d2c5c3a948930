/** `node:crypto`: hashes, random values and keys from passwords. Ciphers, signatures and key pairs are missing. */
export { getHashes } from './algorithms.ts'
export { createHash, createHmac, hash, Hash, Hmac } from './hash.ts'
export { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from './keys.ts'
export { getRandomValues, randomBytes, randomFill, randomFillSync, randomInt, randomUUID } from './random.ts'
export { subtle, timingSafeEqual, webcrypto } from './random.ts'

export const constants = {}
export const getCiphers = (): string[] => []
export const getCurves = (): string[] => []

const refuse = (name: string): (() => never) =>
  function () {
    throw new Error(`crypto.${name} is not available in a sandbox: use a library in JavaScript, such as @noble/ciphers`)
  }
export const createCipheriv = refuse('createCipheriv')
export const createDecipheriv = refuse('createDecipheriv')
export const createSign = refuse('createSign')
export const createVerify = refuse('createVerify')
export const sign = refuse('sign')
export const verify = refuse('verify')
export const createPrivateKey = refuse('createPrivateKey')
export const createPublicKey = refuse('createPublicKey')
export const createSecretKey = refuse('createSecretKey')
export const generateKeyPair = refuse('generateKeyPair')
export const generateKeyPairSync = refuse('generateKeyPairSync')
export const generateKeySync = refuse('generateKeySync')
export const publicEncrypt = refuse('publicEncrypt')
export const privateDecrypt = refuse('privateDecrypt')
export const createDiffieHellman = refuse('createDiffieHellman')
export const createECDH = refuse('createECDH')
export class KeyObject {}
export class X509Certificate {}
