import { hkdf } from '@noble/hashes/hkdf.js'
import { pbkdf2 as derive } from '@noble/hashes/pbkdf2.js'
import { scrypt as deriveScrypt } from '@noble/hashes/scrypt.js'
import { getAlgorithm, toBytes, type Bytes } from './algorithms.ts'

type Done<T> = (error: unknown, value?: T) => void

export function pbkdf2Sync(password: Bytes, salt: Bytes, iterations: number, size: number, digest: string): Buffer {
  return Buffer.from(derive(getAlgorithm(digest), toBytes(password), toBytes(salt), { c: iterations, dkLen: size }))
}

interface ScryptOptions {
  N?: number
  r?: number
  p?: number
  cost?: number
  blockSize?: number
  parallelization?: number
}

export function scryptSync(password: Bytes, salt: Bytes, size: number, options: ScryptOptions = {}): Buffer {
  const { cost = 16_384, blockSize = 8, parallelization = 1, N = cost, r = blockSize, p = parallelization } = options
  return Buffer.from(deriveScrypt(toBytes(password), toBytes(salt), { N, r, p, dkLen: size }))
}

export function hkdfSync(digest: string, key: Bytes, salt: Bytes, info: Bytes, size: number): ArrayBuffer {
  return new Uint8Array(hkdf(getAlgorithm(digest), toBytes(key), toBytes(salt), toBytes(info), size)).buffer
}

export const pbkdf2 = withCallback(pbkdf2Sync)
export const scrypt = withCallback(scryptSync)
export { hkdfWithCallback as hkdf }
const hkdfWithCallback = withCallback(hkdfSync)

function withCallback<Args extends unknown[], T>(f: (...args: Args) => T): (...args: unknown[]) => void {
  return (...args) => {
    const done = args.pop() as Done<T>
    try {
      process.nextTick(done, null, f(...(args as Args)))
    } catch (error) {
      process.nextTick(done, error)
    }
  }
}
