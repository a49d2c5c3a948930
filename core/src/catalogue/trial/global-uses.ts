import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { extname, join } from 'node:path'
import { transform, type Loader } from 'esbuild'
import { MISSING_GLOBALS } from '../../sandbox/calls/index.ts'

/** A location where code uses a global that the sandbox does not provide. */
interface GlobalUse {
  name: string
  /** What to use instead. */
  remedy: string
  /** `src/index.ts:3:5`, relative to the package. */
  position: string
}

const LOADERS: Record<string, Loader> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
}
/** The bundler reports calls of `require`. */
const IGNORED_GLOBALS = new Set(['require'])
const MARK = '__ashlar_missing_global__'
/** Makes the bundler prefix each name that no scope of the file declares. */
const DEFINE = Object.fromEntries([
  ...Object.keys(MISSING_GLOBALS)
    .filter((name) => !IGNORED_GLOBALS.has(name))
    .map((name) => [name, `${MARK}.${name}`]),
  ['globalThis.fetch', `${MARK}.fetch`],
])

/**
 * Finds the first use in each file of each global that the sandbox does not provide. A file that tests for a global
 * with `typeof` may use it.
 *
 * @param folder the folder of the package
 * @param paths source files that can be bundled, relative to the folder
 */
export async function findGlobalUses(folder: string, paths: readonly string[]): Promise<GlobalUse[]> {
  const found = await Promise.all(paths.map((path) => findInFile(folder, path)))
  return found.flat()
}

async function findInFile(folder: string, path: string): Promise<GlobalUse[]> {
  const loader = LOADERS[extname(path)]
  if (!loader) return []
  const source = await readFile(join(folder, path), 'utf8')
  const { code, map } = await transform(source, { loader, define: DEFINE, sourcemap: 'external', sourcefile: path })
  if (!code.includes(MARK)) return []
  const origins = new SourceMap(JSON.parse(map) as SourceMapPayload)
  const tested = new Set([...code.matchAll(new RegExp(`typeof ${MARK}\\.([\\w$]+)`, 'g'))].map(([, name]) => name))
  const first = new Map<string, GlobalUse>()
  for (const [row, line] of code.split('\n').entries())
    for (const { 1: name = '', index } of line.matchAll(new RegExp(`${MARK}\\.([\\w$]+)`, 'g'))) {
      if (tested.has(name) || first.has(name)) continue
      const origin = origins.findOrigin(row + 1, index + 1)
      const place = 'lineNumber' in origin ? `:${origin.lineNumber}:${origin.columnNumber}` : ''
      first.set(name, { name, remedy: MISSING_GLOBALS[name] ?? '', position: path + place })
    }
  return [...first.values()]
}
