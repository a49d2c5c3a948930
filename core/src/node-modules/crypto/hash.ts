import { hmac } from '@noble/hashes/hmac.js'
import { getAlgorithm, toBytes, toOutput, type Bytes } from './algorithms.ts'

interface State {
  update(bytes: Uint8Array): State
  digest(): Uint8Array
  clone(): State
}

/** Not a stream, unlike in Node: streams would double the size of the bundles that only need a hash. */
class Digest {
  #state: State | undefined

  constructor(state: State) {
    this.#state = state
  }

  update(data: Bytes, encoding?: BufferEncoding): this {
    this.#open().update(toBytes(data, encoding))
    return this
  }

  digest(encoding?: BufferEncoding | 'buffer'): Buffer | string {
    const bytes = this.#open().digest()
    this.#state = undefined
    return toOutput(bytes, encoding)
  }

  copy(): Digest {
    return new Digest(this.#open().clone())
  }

  #open(): State {
    if (!this.#state) throw new Error('Digest already called')
    return this.#state
  }
}

export class Hash extends Digest {}
export class Hmac extends Digest {}

export function createHash(algorithm: string): Hash {
  return new Hash(getAlgorithm(algorithm).create() as State)
}

export function createHmac(algorithm: string, key: Bytes): Hmac {
  return new Hmac(hmac.create(getAlgorithm(algorithm), toBytes(key)) as State)
}

/** The hash of one value. */
export function hash(algorithm: string, data: Bytes, encoding: BufferEncoding | 'buffer' = 'hex'): Buffer | string {
  return toOutput(getAlgorithm(algorithm)(toBytes(data)), encoding)
}
