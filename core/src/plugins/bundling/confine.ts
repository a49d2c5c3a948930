import type { Plugin } from 'esbuild'
import { readFile, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWithin, realPathOf } from './within.ts'

/** The total size of all files that the entry of a package imports. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024

/** Marks messages that follow the text of an import: see `faults.ts`. */
export const OF_IMPORT = 'of-import'

/**
 * Restricts a bundle to files of these directories, however the bundler finds a file. It checks the real path of each file when it reads
 * the file.
 */
export function confineTo(roots: readonly string[]): Plugin {
  let sourceBytes = 0
  return {
    name: 'confine',
    setup(bundler) {
      bundler.onStart(() => {
        sourceBytes = 0
      })
      bundler.onResolve({ filter: /^(https?:|\/\/|file:)/ }, ({ path }) => ({
        errors: [{ text: `"${path}" cannot be imported: every import must be a file of the package` }],
      }))
      bundler.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        const real = await realpath(path)
        if (!isWithin(real, roots)) return { errors: [{ text: refusalOf(real), detail: OF_IMPORT }] }
        const contents = await readFile(real)
        sourceBytes += contents.length
        if (sourceBytes > MAX_SOURCE_BYTES) return { errors: [{ text: `it imports more than ${MAX_SOURCE_BYTES} bytes` }] }
        return namesForeignMap(contents, real, roots) ? { errors: [{ text: FOREIGN_MAP, detail: OF_IMPORT }] } : undefined
      })
    },
  }
}

export const OUTSIDE =
  'is outside the package: a plugin may import files of its own folder and of packages that package.json declares; move the file into the package, or declare the package that it belongs to in "dependencies"'

function refusalOf(real: string): string {
  const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(real) ?? []
  if (name === undefined) return OUTSIDE
  return `is outside the package: "${name.replace('\\', '/')}" is not a declared dependency; add it to "dependencies" in package.json`
}

const FOREIGN_MAP = 'names a source map that is outside the package'
/** Anywhere in a line: the bundler reads one that follows code too. */
const MAP_COMMENT = /(?:\/\/|\/\*)[#@][ \t]*sourceMappingURL=([^\s*'"]+)/g

/** Whether a file names a source map outside the directories. The bundler reads source maps itself, without the check of `onLoad`. */
function namesForeignMap(contents: Buffer, real: string, roots: readonly string[]): boolean {
  if (!contents.includes('sourceMappingURL=')) return false
  const urls = Array.from(contents.toString().matchAll(MAP_COMMENT), ([, url = '']) => url)
  return urls.some((url) => isForeign(url, real, roots))
}

function isForeign(url: string, real: string, roots: readonly string[]): boolean {
  if (url.startsWith('data:')) return false
  const path = url.startsWith('file:') ? pathOf(url) : resolve(dirname(real), unescaped(url))
  const target = path === undefined ? undefined : realPathOf(path)
  return target !== undefined && !isWithin(target, roots)
}

function pathOf(url: string): string | undefined {
  return URL.canParse(url) && new URL(url).host === '' ? fileURLToPath(url) : undefined
}

function unescaped(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
