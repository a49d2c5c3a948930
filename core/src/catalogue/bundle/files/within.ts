import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'

/** The files that may become part of a bundle, and the links to them. */
export interface Reach {
  /** Directories, as real paths; the package's own is the first. */
  roots: readonly string[]
  /** Symbolic links outside these directories by which dependencies are found: path → real path. */
  links: readonly (readonly [path: string, target: string])[]
}

/** Whether a real path is in one of these directories. */
export function isWithin(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))
}

/** @returns undefined when the path does not exist */
export function findRealPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** A file, or why it was not read. */
export type ReadResult = { real: string; contents: Buffer } | { real: string; refusal: 'OUTSIDE' | 'UNREADABLE' | 'TOO_LARGE' }

/**
 * Reads a file whose real path is in one of these directories. The real path, the type and the size are those of the open file, so a
 * later change of the path has no effect.
 *
 * @returns the refusal `UNREADABLE` for a file that does not exist, cannot be opened, or is not a regular file
 */
export function readWithin(path: string, roots: readonly string[], maxBytes: number): ReadResult {
  let fd: number
  try {
    fd = openSync(path, OPEN_FLAGS)
  } catch {
    return { real: path, refusal: 'UNREADABLE' }
  }
  try {
    const real = findOpenFilePath(fd, path)
    if (real === undefined || !isWithin(real, roots)) return { real: real ?? path, refusal: 'OUTSIDE' }
    const stats = fstatSync(fd)
    if (!stats.isFile()) return { real, refusal: 'UNREADABLE' }
    if (stats.size > maxBytes) return { real, refusal: 'TOO_LARGE' }
    return { real, contents: readBytes(fd, stats.size) }
  } finally {
    closeSync(fd)
  }
}

/** With O_NONBLOCK, opening a named pipe does not wait for a writer. Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Only Linux reports the path of an open file. Elsewhere, and where there is no `/proc`, the path is resolved again and must lead to the
 * same file.
 */
function findOpenFilePath(fd: number, path: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    const real = findRealPath(path)
    return real !== undefined && isSameFile(fd, real) ? real : undefined
  }
}

function isSameFile(fd: number, real: string): boolean {
  const [open, found] = [fstatSync(fd, { bigint: true }), lstatSync(real, { bigint: true, throwIfNoEntry: false })]
  return found !== undefined && open.dev === found.dev && open.ino === found.ino
}

/** Reads at most the size that was checked, even if the file grows. */
function readBytes(fd: number, bytes: number): Buffer {
  const contents = Buffer.alloc(bytes)
  let length = 0
  for (let read = -1; read !== 0 && length < bytes; length += read) read = readSync(fd, contents, length, bytes - length, length)
  return contents.subarray(0, length)
}
