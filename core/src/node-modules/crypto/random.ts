type Done<T> = (error: null, value: T) => void

/** The largest request of the web platform. */
const MAX_DRAW_BYTES = 65_536

const { crypto: platform } = globalThis
export const webcrypto = platform
export const { subtle } = platform
export const getRandomValues = <T extends Uint8Array<ArrayBuffer>>(bytes: T): T => platform.getRandomValues(bytes)
export const randomUUID = (): string => platform.randomUUID()

export function randomFillSync<T extends ArrayBufferView>(target: T, offset = 0, size = target.byteLength - offset): T {
  const bytes = new Uint8Array(target.buffer as ArrayBuffer, target.byteOffset + offset, size)
  for (let at = 0; at < size; at += MAX_DRAW_BYTES) platform.getRandomValues(bytes.subarray(at, at + MAX_DRAW_BYTES))
  return target
}

export function randomFill<T extends ArrayBufferView>(target: T, done: Done<T>): void {
  process.nextTick(done, null, randomFillSync(target))
}

export function randomBytes(size: number, done?: Done<Buffer>): Buffer | undefined {
  const bytes = randomFillSync(Buffer.alloc(size))
  if (!done) return bytes
  process.nextTick(done, null, bytes)
  return undefined
}

/** An integer from `min`, included, to `max`, excluded. Every integer is equally likely. */
export function randomInt(first: number, ...rest: [number | Done<number>]): number | undefined {
  const [min, max] = typeof rest[0] === 'number' ? [first, rest[0]] : [0, first]
  const done = ([...rest] as unknown[]).find((each) => typeof each === 'function') as Done<number> | undefined
  const range = max - min
  if (!(range > 0 && range <= 2 ** 48)) throw new RangeError('The value of "max" is out of range')
  const limit = 2 ** 48 - (2 ** 48 % range)
  let drawn = limit
  while (drawn >= limit) drawn = randomFillSync(Buffer.alloc(6)).readUIntBE(0, 6)
  const value = min + (drawn % range)
  if (!done) return value
  process.nextTick(done, null, value)
  return undefined
}

/** Compares all bytes, also after a difference. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) throw new RangeError('Input buffers must have the same byte length')
  return a.reduce((difference, byte, i) => difference | (byte ^ (b[i] ?? 0)), 0) === 0
}
