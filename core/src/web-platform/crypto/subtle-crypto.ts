import { fillRandom } from '../../sandbox/guest/io/entropy.ts'
import { isEqual, toAlgorithm, type Parameters } from './crypto-algorithms.ts'
import { USAGES, assertUsable, createKey, partsOfKey, type CryptoKey, type KeyParts, type KeyUsage } from './crypto-key.ts'
import { DOMException } from '../base/dom-exception.ts'
import { assertPlatform, copyBytes, defineInterface, toEnumValue } from '../base/webidl.ts'

/**
 * Section 14, for the algorithms of `crypto-algorithms.ts`. It computes synchronously, not in parallel with plugin
 * code.
 */
export class SubtleCrypto {
  constructor(...[key]: unknown[]) {
    assertPlatform(key)
  }

  async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data)
    return toBuffer(toAlgorithm(algorithm, 'digest').algorithm.digest(bytes))
  }

  async sign(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data)
    const { algorithm: known, parameters } = toAlgorithm(algorithm, 'sign')
    return toBuffer(known.sign(assertUsable(key, parameters.name, 'sign'), bytes))
  }

  async verify(algorithm: unknown, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
    const given = copyBytes(signature)
    const bytes = copyBytes(data)
    const { algorithm: known, parameters } = toAlgorithm(algorithm, 'sign')
    return isEqual(known.sign(assertUsable(key, parameters.name, 'verify'), bytes), given)
  }

  async encrypt(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data)
    const { algorithm: known, parameters } = toAlgorithm(algorithm, 'encrypt')
    return toBuffer(known.encrypt(parameters, assertUsable(key, parameters.name, 'encrypt'), bytes))
  }

  async decrypt(algorithm: unknown, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data)
    const { algorithm: known, parameters } = toAlgorithm(algorithm, 'decrypt')
    return toBuffer(known.decrypt(parameters, assertUsable(key, parameters.name, 'decrypt'), bytes))
  }

  async generateKey(algorithm: unknown, extractable: unknown, usages: Iterable<unknown>): Promise<CryptoKey> {
    const uses = toUsages(usages)
    const { algorithm: known, parameters } = toAlgorithm(algorithm, 'keyBytes')
    const secret = fillRandom(new Uint8Array(known.keyBytes(parameters)))
    return makeKey(parameters, secret, Boolean(extractable), uses)
  }

  async importKey(
    format: unknown,
    data: unknown,
    algorithm: unknown,
    extractable: unknown,
    usages: Iterable<unknown>,
  ): Promise<CryptoKey> {
    assertRaw(format)
    const secret = copyBytes(data)
    const uses = toUsages(usages)
    return makeKey(toAlgorithm(algorithm, 'describe').parameters, secret, Boolean(extractable), uses)
  }

  async exportKey(format: unknown, key: CryptoKey): Promise<ArrayBuffer> {
    const { extractable, secret }: KeyParts = partsOfKey(key)
    assertRaw(format)
    if (!extractable) throw new DOMException('the key is not extractable', 'InvalidAccessError')
    return toBuffer(secret)
  }
}
defineInterface(SubtleCrypto, 'SubtleCrypto')

function makeKey(parameters: Parameters, bytes: Uint8Array, extractable: boolean, usages: readonly KeyUsage[]): CryptoKey {
  const { algorithm: known } = toAlgorithm(parameters, 'describe')
  const foreign = usages.find((usage) => !known.usages?.includes(usage))
  if (foreign !== undefined)
    throw new DOMException(`a key for ${parameters.name} does not support the usage "${foreign}"`, 'SyntaxError')
  const { algorithm, secret } = known.describe(parameters, bytes)
  if (usages.length === 0) throw new DOMException('usages must not be empty', 'SyntaxError')
  return createKey({ algorithm, secret, extractable, usages })
}

function assertRaw(format: unknown): void {
  const kind = toEnumValue(format, ['raw', 'pkcs8', 'spki', 'jwk'], 'format')
  if (kind !== 'raw') throw new DOMException(`only the key format "raw" is supported, got "${kind}"`, 'NotSupportedError')
}

/** Removes duplicates and sorts the usages in the order of the standard. */
function toUsages(usages: Iterable<unknown>): KeyUsage[] {
  const given = [...usages].map((each) => toEnumValue(each, USAGES, 'usages'))
  return USAGES.filter((usage) => given.includes(usage))
}

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer
}
