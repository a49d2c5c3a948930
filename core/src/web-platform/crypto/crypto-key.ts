import { DOMException } from '../base/dom-exception.ts'
import { PLATFORM, assertPlatform, defineInterface } from '../base/webidl.ts'

export const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'] as const
export type KeyUsage = (typeof USAGES)[number]

/** The algorithm of a key, with `hash` for HMAC. */
export interface KeyAlgorithm {
  readonly name: string
  readonly length?: number
  readonly hash?: { readonly name: string }
}

export interface KeyParts {
  readonly algorithm: KeyAlgorithm
  readonly extractable: boolean
  readonly usages: readonly KeyUsage[]
  readonly secret: Uint8Array
}

/** Section 13. Only secret keys are supported. */
export class CryptoKey {
  readonly #parts: KeyParts | undefined
  readonly #algorithm: KeyAlgorithm | undefined
  readonly #usages: readonly KeyUsage[] | undefined

  constructor(...[key, parts]: [key: symbol, parts: KeyParts]) {
    assertPlatform(key)
    this.#parts = parts
    this.#algorithm = { ...parts.algorithm }
    this.#usages = [...parts.usages]
  }

  get type(): string {
    return partsOf(this) && 'secret'
  }
  get extractable(): boolean {
    return partsOf(this).extractable
  }
  get algorithm(): KeyAlgorithm | undefined {
    return this.#algorithm
  }
  get usages(): readonly KeyUsage[] | undefined {
    return this.#usages
  }

  static parts(key: unknown): KeyParts {
    if (typeof key !== 'object' || key === null || !(#parts in key) || !key.#parts) throw new TypeError('expected a CryptoKey')
    return key.#parts
  }
}

/** Returns the parts with which the key was created, even if plugin code has changed its properties. */
const { parts: partsOf } = CryptoKey
Reflect.deleteProperty(CryptoKey, 'parts')
defineInterface(CryptoKey, 'CryptoKey', (key) => createKey(partsOf(key)))

export function createKey(parts: KeyParts): CryptoKey {
  return new CryptoKey(PLATFORM, parts)
}

/** @throws {DOMException} InvalidAccessError when the key is for another algorithm or does not allow this usage */
export function assertUsable(key: CryptoKey, algorithm: string, usage: KeyUsage): KeyParts {
  const parts = partsOf(key)
  if (parts.algorithm.name !== algorithm)
    throw new DOMException(`the key is for ${parts.algorithm.name}, not for ${algorithm}`, 'InvalidAccessError')
  if (!parts.usages.includes(usage)) throw new DOMException(`the key does not allow the usage "${usage}"`, 'InvalidAccessError')
  return parts
}

export { partsOf as partsOfKey }
