import type { Loader, OnLoadResult, Plugin } from 'esbuild'
import { createBrowserField } from './browser-field.ts'
import { parseDataUrl } from './data-url.ts'
import { inlineSourceMap } from './input-map.ts'
import { readWithin, type ReadResult } from './within.ts'

/** The total size of all files that the entry of a package imports. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024
/** The total size of their source maps. Further source maps are ignored. */
const MAX_MAP_BYTES = 64 * 1024 * 1024

/** Marks messages that follow the text of an import: see `faults.ts`. */
export const FOLLOWS_IMPORT = 'of-import'

/**
 * Restricts a bundle to files of these directories, however the bundler finds a file. The bundler does not open files that it imports, or
 * the source maps of these files: it receives their contents, each read through a descriptor whose real path was checked.
 */
export function confineTo(roots: readonly string[], { withSources = false }: { withSources?: boolean }): Plugin {
  let readSource = limitedReader(roots, 0)
  let readMap = limitedReader(roots, 0)
  let browserField = createBrowserField(readSource)
  return {
    name: 'confine',
    setup(bundler) {
      bundler.onStart(() => {
        readSource = limitedReader(roots, MAX_SOURCE_BYTES)
        readMap = limitedReader(roots, MAX_MAP_BYTES)
        browserField = createBrowserField(limitedReader(roots, MAX_SOURCE_BYTES))
      })
      bundler.onResolve({ filter: /^(https?:|\/\/|file:)/ }, ({ path }) => ({
        errors: [{ text: `"${path}" cannot be imported: every import must be a file of the package` }],
      }))
      bundler.onLoad({ filter: /.*/, namespace: 'file' }, ({ path, with: attributes }) => {
        const file = readSource(path)
        if (!('contents' in file)) return toLoadError(file)
        if (browserField.disables(path)) return { contents: EMPTY_MODULE, loader: 'js' }
        const { contents } = file
        const loader = loaderFor(attributes)
        if (loader !== 'default') return loader ? { contents, loader } : importError(UNKNOWN_ATTRIBUTE)
        if (WITHOUT_MAP.test(path) || !contents.includes(MAP_URL)) return { contents, loader: 'default' }
        const withMap = inlineSourceMap(path, String(contents), { read: readMap, withSources })
        return withMap === undefined ? importError(FOREIGN_MAP) : { contents: withMap, loader: 'default' }
      })
      bundler.onLoad({ filter: /.*/, namespace: 'dataurl' }, ({ path }) => {
        const { contents, loader } = parseDataUrl(path)
        if (loader === undefined) return importError('cannot be imported: it has an unsupported type')
        const hasMap = loader !== 'json' && contents.includes(MAP_URL)
        return hasMap ? importError('names a source map, which a data URL cannot have') : { contents, loader }
      })
    },
  }
}

/** @param maxBytes in total */
function limitedReader(roots: readonly string[], maxBytes: number): (path: string) => ReadResult {
  let left = maxBytes
  return (path) => {
    const result = readWithin(path, roots, left)
    if ('contents' in result) left -= result.contents.length
    return result
  }
}

/**
 * Returns the loader for import attributes. The bundler would ignore the attributes, because it did not read the file itself.
 *
 * @returns undefined for attributes that the bundler does not support
 */
function loaderFor({ type, ...others }: Record<string, string>): Loader | undefined {
  if (Object.keys(others).length > 0) return undefined
  return type === undefined ? 'default' : LOADERS_BY_TYPE[type]
}

/** Any name can be imported from a CommonJS module. */
const EMPTY_MODULE = 'module.exports = {}'
const LOADERS_BY_TYPE: Readonly<Record<string, Loader>> = { json: 'json', text: 'text', bytes: 'binary' }
/** Files that are not parsed as a module or a style sheet. */
const WITHOUT_MAP = /\.(json|txt)$/i
const MAP_URL = 'sourceMappingURL='
const UNKNOWN_ATTRIBUTE =
  'is imported with an unsupported attribute: only "type" with the value "json", "text" or "bytes" is supported'
const FOREIGN_MAP = 'names a source map that is outside the package'

export const OUTSIDE =
  'is outside the package: a plugin may import files of its own folder and of packages that package.json declares; move the file into the package, or declare the package that it belongs to in "dependencies"'

function toLoadError({ real, refusal }: Extract<ReadResult, { refusal: string }>): OnLoadResult {
  if (refusal === 'TOO_LARGE') return { errors: [{ text: `it imports more than ${MAX_SOURCE_BYTES} bytes` }] }
  if (refusal === 'UNREADABLE') return importError('cannot be read: it must be a regular file')
  const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(real) ?? []
  if (name === undefined) return importError(OUTSIDE)
  const advice = `"${name.replace('\\', '/')}" is not a declared dependency; add it to "dependencies" in package.json`
  return importError(`is outside the package: ${advice}`)
}

/** @param text follows the text of the import */
function importError(text: string): OnLoadResult {
  return { errors: [{ text, detail: FOLLOWS_IMPORT }] }
}
