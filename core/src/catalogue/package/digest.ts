import { createHash } from 'node:crypto'
import type { TarFile } from './read-tar.ts'

/**
 * Computes the digest of a package's content, which does not depend on the tool or time of packing: the SHA-256, in hexadecimal, of the
 * output of `sha256sum` for its files, sorted by the bytes of their paths (`<sha256> + two spaces + <path> + newline`).
 */
export function digestFiles(files: readonly TarFile[]): string {
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const hash = createHash('sha256')
  for (const { path, bytes } of sorted) hash.update(`${sha256(bytes)}  ${path}\n`)
  return hash.digest('hex')
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
