import { dirname, join, posix, relative, sep } from 'node:path'
import type { ReadResult } from './within.ts'

/**
 * Finds the files that the `browser` field of their package.json disables: `{ "./node.ts": false }`. The bundler replaces them with empty
 * modules, but only if it reads the files itself.
 *
 * @param read reads a file of the package
 */
export function createBrowserField(read: (path: string) => ReadResult): { disables(path: string): boolean } {
  const packages = new Map<string, Package | undefined>()
  const findPackage = (folder: string): Package | undefined => {
    if (packages.has(folder)) return packages.get(folder)
    const found = readPackage(folder, read) ?? (dirname(folder) === folder ? undefined : findPackage(dirname(folder)))
    packages.set(folder, found)
    return found
  }
  return {
    disables(path) {
      const found = findPackage(dirname(path))
      return (
        found !== undefined &&
        listNames(relative(found.folder, path).replaceAll(sep, '/')).some((name) => found.disabled.has(name))
      )
    },
  }
}

interface Package {
  folder: string
  /** Paths relative to the folder, without `./`. */
  disabled: ReadonlySet<string>
}

/** @returns undefined when the folder has no package.json that can be read */
function readPackage(folder: string, read: (path: string) => ReadResult): Package | undefined {
  const file = read(join(folder, 'package.json'))
  if (!('contents' in file)) return undefined
  const disabled = Object.entries(parseBrowserField(String(file.contents))).filter(([, target]) => target === false)
  return { folder, disabled: new Set(disabled.map(([name]) => posix.normalize(name))) }
}

function parseBrowserField(json: string): object {
  try {
    const { browser } = JSON.parse(json) as { browser?: unknown }
    return typeof browser === 'object' && browser !== null ? browser : {}
  } catch {
    return {} // the bundler reports it
  }
}

/** Lists the names of a file in a `browser` field: with and without extension, and the folder of an index file. */
function listNames(path: string): string[] {
  const bare = path.replace(/\.[^./]+$/, '')
  return [path, bare, ...(/(^|\/)index$/.test(bare) ? [posix.dirname(bare)] : [])]
}
