import { Buffer } from 'buffer/index.js'

export { Buffer }

/** The library lacks the encoding `base64url`: it decodes it as `base64`, but cannot write it. */
const { from, isEncoding, byteLength } = Buffer
const { toString, write } = Buffer.prototype

Object.assign(Buffer, {
  from: (value: never, ...rest: unknown[]) => from(value, ...(rest.map(toKnown) as [never])),
  isEncoding: (name: unknown) => isBase64Url(name) || isEncoding(name as string),
  byteLength: (value: never, encoding?: unknown) => byteLength(value, toKnown(encoding) as never),
})

Object.assign(Buffer.prototype, {
  toString(this: Buffer, encoding?: unknown, ...range: number[]) {
    if (!isBase64Url(encoding)) return toString.call(this, encoding as never, ...range)
    return toString
      .call(this, 'base64', ...range)
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  },
  write(this: Buffer, text: string, ...rest: unknown[]) {
    return write.call(this, text, ...(rest.map(toKnown) as [never]))
  },
})

function toKnown(encoding: unknown): unknown {
  return isBase64Url(encoding) ? 'base64' : encoding
}

function isBase64Url(encoding: unknown): boolean {
  return typeof encoding === 'string' && encoding.toLowerCase() === 'base64url'
}
