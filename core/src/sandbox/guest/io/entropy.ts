/**
 * Draws up to {@link MAX_DRAW_BYTES} random bytes from the host.
 *
 * @returns a text with a character from U+0000 to U+00FF for each byte
 */
export type DrawEntropy = (count: number) => string

const MAX_DRAW_BYTES = 65_536
/**
 * Random bytes for small draws, so that a UUID does not need a call to the host. Used bytes are overwritten with zeros.
 */
const pool = new Uint8Array(1024)
let left = 0
let draw: DrawEntropy = () => {
  throw new Error('the guest is not connected, so there is no source of random bytes')
}
const { charCodeAt } = String.prototype
const { apply } = Reflect

export function connectEntropy(drawEntropy: DrawEntropy): void {
  draw = drawEntropy
}

/** Fills the bytes from the host's generator. @returns the same bytes */
export function fillRandom<T extends Uint8Array>(bytes: T): T {
  if (bytes.length > pool.length) {
    for (let at = 0; at < bytes.length; at += MAX_DRAW_BYTES) fill(bytes, at, Math.min(bytes.length - at, MAX_DRAW_BYTES))
    return bytes
  }
  if (left < bytes.length) {
    fill(pool, 0, pool.length)
    left = pool.length
  }
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = pool[--left] ?? 0
    pool[left] = 0
  }
  return bytes
}

function fill(bytes: Uint8Array, at: number, count: number): void {
  const drawn = draw(count)
  for (let i = 0; i < count; i++) bytes[at + i] = apply(charCodeAt, drawn, [i])
}
