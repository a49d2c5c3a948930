import { realpathSync } from 'node:fs'
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
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
