import { build, type OnResolveResult, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { holdEsbuild } from '../../../base/esbuild/index.ts'
import { own, PURE_MODULES, SOURCES } from './sources.ts'

/** The text of the modules by file name, such as `util/types.js`. They import each other with relative paths. */
export type NodeModules = Readonly<Record<string, string>>

const CORE = fileURLToPath(new URL('../../../../', import.meta.url))
let built: Promise<NodeModules> | undefined

/**
 * Bundles the modules of Node that need no authority, and the entries of zod that few plugins use, once per process.
 * Bundlers receive their text, so a confined bundler needs no other files. Packages for plugin authors contain the
 * text.
 */
export function buildNodeModules(): Promise<NodeModules> {
  return (built ??= bundleModules())
}

async function bundleModules(): Promise<NodeModules> {
  const release = holdEsbuild()
  const { outputFiles } = await build({
    entryPoints: Object.keys(SOURCES).map((name) => ({ in: `source:${name}`, out: name })),
    absWorkingDir: CORE,
    outdir: CORE,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    target: 'es2024',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"', 'process.env.NODE_DEBUG': '""' },
    external: ['zod/v4/core', 'zod/v4/locales'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    plugins: [resolveSources],
  }).finally(release)
  return Object.fromEntries(outputFiles.map(({ path, text }) => [relative(CORE, path).replaceAll('\\', '/'), text]))
}

/** Names of Node's modules in libraries: `events`, `node:events`, `events/`. */
const NODE_NAME = /^(?:node:)?([a-z_]+(?:\/[a-z\d]+)?)\/?$/

const resolveSources: Plugin = {
  name: 'resolve-sources',
  setup(bundler) {
    const find = (source: string) => bundler.resolve(source, { kind: 'import-statement', resolveDir: CORE, pluginData: FOUND })
    bundler.onResolve({ filter: /^source:/ }, ({ path }) => ({ path: path.slice('source:'.length), namespace: 'entry' }))
    bundler.onLoad({ filter: /.*/, namespace: 'entry' }, async ({ path: name }) => {
      const { path } = await find(SOURCES[name] ?? '')
      return { contents: await exportAll(path), resolveDir: CORE }
    })
    bundler.onResolve({ filter: NODE_NAME }, ({ path, pluginData, importer }) => {
      const name = NODE_NAME.exec(path)?.[1] ?? ''
      // `util` imports this file, which needs only the types of `util`.
      if (name === 'util' && importer.endsWith('comparisons.js')) return find(own('util/only-types.ts'))
      return pluginData === FOUND || !PURE_MODULES.has(name) ? undefined : find(SOURCES[name] ?? '')
    })
    bundler.onResolve({ filter: /^[a-z]/ }, ({ path }) => (path in NATIVE ? { path, namespace: 'native' } : undefined))
    bundler.onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({ contents: `module.exports = ${NATIVE[path]}` }))
    // Its `parse` warns that other parsers of URLs may differ.
    bundler.onLoad({ filter: /unenv[\\/].*node[\\/]url\.mjs$/ }, async ({ path }) => {
      return { contents: (await readFile(path, 'utf8')).replace('urlParseWarned = false', 'urlParseWarned = true') }
    })
    bundler.onResolve({ filter: ZOD_CORE }, ({ path, importer }) => resolveZodCore(path, importer))
    bundler.onLoad({ filter: /.*/, namespace: 'zod-core' }, async ({ path }) => {
      return { contents: await exportZodCore(path), resolveDir: CORE }
    })
  },
}
const FOUND = 'found'
/** Libraries that add features of the language, which the engine has. */
const NATIVE: Readonly<Record<string, string>> = {
  'abort-controller': 'globalThis',
  'call-bind/callBound': '() => (regexp, text) => RegExp.prototype.test.call(regexp, text)',
  'is-nan': 'Number.isNaN',
  'object-is': 'Object.is',
  'object-is/polyfill': '() => Object.is',
  'object.assign/polyfill': '() => Object.assign',
}

/** CommonJS modules get the default export, so every module has one. */
async function exportAll(path: string): Promise<string> {
  const from = JSON.stringify(path)
  const hasDefault = /\bexport default\b|\bas default\b|\bexport \{ default\b/.test(await readFile(path, 'utf8'))
  return hasDefault
    ? `export * from ${from}; export { default } from ${from}`
    : `import * as all from ${from}; export * from ${from}; export default /* @__PURE__ */ Object.assign({}, all)`
}

/** Imports of `zod/v4/mini`, and of the file of `zod/v4/core` that only it uses. The rest of the core is the host's. */
const ZOD_CORE = /^\.\.?\/(?:(core|locales)\/)?(index|regexes|util|schemas|json-schema-processors)\.js$/
const ZOD_MINI = /[\\/]zod[\\/]v4[\\/](mini[\\/]\w+|core[\\/]visit)[\w-]*\.js$/

function resolveZodCore(path: string, importer: string): OnResolveResult | undefined {
  const [, folder, name = ''] = ZOD_CORE.exec(path) ?? []
  if (!ZOD_MINI.test(importer) || (folder === undefined && !importer.includes('visit'))) return undefined
  if (folder === 'locales' || name === 'index' || name === 'schemas')
    return { path: `zod/v4/${folder ?? 'core'}`, external: true, sideEffects: false }
  return { path: name, namespace: 'zod-core', sideEffects: false }
}

async function exportZodCore(name: string): Promise<string> {
  if (name === 'json-schema-processors') return `export { toJSONSchema } from 'zod/v4/core'`
  const zod = await import('zod') // a confined bundler cannot import it
  const names = Object.keys(name === 'util' ? zod.core.util : zod.core.regexes)
  const renamed = names.map((each) => `${each}: _${each}`)
  return `import { ${name} } from 'zod/v4/core'; const { ${renamed.join()} } = ${name}
    export { ${names.map((each) => `_${each} as ${each}`).join()} }`
}
