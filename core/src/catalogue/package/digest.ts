import { createHash } from 'node:crypto'
import type { TarFile } from './read-tar.ts'

/**
 * The digest of a package's content, whatever packed it and when: SHA-256 of what `sha256sum` prints of its files, sorted by the
 * bytes of their paths: `<sha256> + two spaces + <path> + newline`. Hexadecimal.
 */
export function digestOfFiles(files: readonly TarFile[]): string {
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  const hash = createHash('sha256')
  for (const { path, bytes } of sorted) hash.update(`${sha256(bytes)}  ${path}\n`)
  return hash.digest('hex')
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
