/** Draws bytes from the host: their number in, at most {@link MAX_DRAW_BYTES}; a text with a character from U+0000 to U+00FF for each out. */
export type DrawEntropy = (count: number) => string

const MAX_DRAW_BYTES = 65_536
/** What small draws take from, so that a UUID is no way to the host. Overwritten with zeros as it is used. */
const pool = new Uint8Array(1024)
let left = 0
let draw: DrawEntropy = () => {
  throw new Error('there is no entropy before the guest is connected')
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
