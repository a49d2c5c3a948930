/** Web Cryptography: https://w3c.github.io/webcrypto/ */
import { fillRandom } from '../../sandbox/guest/io/entropy.ts'
import { DOMException } from '../base/dom-exception.ts'
import type * as subtleCrypto from './subtle-crypto.ts'
import { PLATFORM, assertPlatform, defineInterface, requireArguments } from '../base/webidl.ts'

const MAX_BYTES = 65_536

/** Loaded when needed: the ciphers take longer to load than the rest, and most plugins need only random numbers. */
const subtleFamily = (): typeof subtleCrypto => require('./subtle-crypto.ts') as typeof subtleCrypto

/** Section 10. */
export class Crypto {
  #subtle: subtleCrypto.SubtleCrypto | undefined

  constructor(...[key]: unknown[]) {
    assertPlatform(key)
  }

  get subtle(): subtleCrypto.SubtleCrypto {
    return (this.#subtle ??= new (subtleFamily().SubtleCrypto)(PLATFORM))
  }

  getRandomValues<T>(array: T): T {
    requireArguments(arguments.length, 1)
    void this.#subtle
    if (!ArrayBuffer.isView(array)) throw new TypeError('expected a typed array')
    if (!isIntegerArray(array)) throw new DOMException('the array must be an integer array', 'TypeMismatchError')
    if (array.byteLength > MAX_BYTES)
      throw new DOMException(`at most ${MAX_BYTES} bytes per call, got ${array.byteLength}`, 'QuotaExceededError')
    fillRandom(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    return array
  }

  /** RFC 9562, version 4. */
  randomUUID(): string {
    void this.#subtle
    const bytes = fillRandom(new Uint8Array(16))
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}
defineInterface(Crypto, 'Crypto')

export const crypto = new Crypto(PLATFORM)

function isIntegerArray(array: ArrayBufferView): boolean {
  return /^\[object (?:Big)?(?:Int|Uint)(?:8|16|32|64|8Clamped)Array\]$/.test(Object.prototype.toString.call(array))
}
