import { gzipSync } from 'node:zlib'
import { AshlarError } from '@ashlar/core'

export interface TarEntry {
  /** With slashes, relative to the package. */
  path: string
  bytes: Buffer
}

const BLOCK = 512
/** As npm writes it: 26 October 1985, 8:15 UTC. */
const MTIME_SECONDS = 499_162_500
const MODE = 0o644

/**
 * A gzipped tarball in the form of npm: every file below `package/`, sorted, with the same time, mode and owner; so the same files
 * give the same bytes. Format: POSIX.1-1988 (ustar).
 *
 * @throws {AshlarError} PLUGIN_INVALID when a path is too long for it
 */
export function packTarball(entries: readonly TarEntry[]): Buffer {
  const sorted = entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const parts = sorted.flatMap(({ path, bytes }) => [header(`package/${path}`, bytes.length), bytes, padding(bytes.length)])
  const packed = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 9 })
  packed.fill(0, 4, 8) // no time
  packed[9] = 255 // of no operating system
  return packed
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const { name, prefix } = split(path)
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  }
  block.write(name, 0)
  octal(MODE, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(MTIME_SECONDS, 136, 12)
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  block.write(prefix, 345)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A name has at most 100 bytes; with the folders above it in the prefix, 155 more. */
function split(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' }
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix }
  }
  throw new AshlarError('PLUGIN_INVALID', `${path.slice('package/'.length)}: the path is too long for a tarball`)
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}
