import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { isBuiltin } from 'node:module'
import { posix, relative } from 'node:path'
import { AUTHORITY_MODULES, standInSource } from './authority.ts'
import type { NodeModules } from './build-modules.ts'
import { PURE_MODULES } from './sources.ts'

/** The namespace of these modules in the bundler. */
export const NODE_NAMESPACE = 'node-module'
/** In paths of positions; positions in packages are not those of the author. */
const FOLDER = 'node_modules/@ashlar/node/'
const NAME = /^(node:)?[a-z_\d]+(\/[a-z_\d]+)?$/
const ZOD = /^zod\/(mini|v3|v4-mini|v4\/mini)$/
const PROBE = 'probe'

/**
 * Provides the modules of Node:
 *
 * - A module that needs no authority becomes part of the bundle. It has precedence over an npm package of its name, as
 *   in Node, but not over the field `browser` of a package.json.
 * - A module that needs authority is an error in a file of the plugin. In a dependency it becomes a stand-in that
 *   throws when it is called, because a block may never run that code. A warning contains the position of the import.
 *
 * @param folder of the plugin
 * @param load returns the text of the modules
 */
export function provideNodeModules(folder: string, load: () => Promise<NodeModules>): Plugin {
  return {
    name: 'provide-node-modules',
    setup(bundler) {
      bundler.onResolve({ filter: NAME, namespace: 'file' }, async (found) => {
        const name = found.path.replace(/^node:/, '')
        if (found.pluginData === PROBE || !(isBuiltin(found.path) || PURE_MODULES.has(name))) return undefined
        if (await isReplaced(bundler, found, name)) return undefined
        if (PURE_MODULES.has(name)) return { ...toModule(name), ...(found.kind === 'require-call' && { suffix: COMMON_JS }) }
        return isOwn(folder, found.importer)
          ? { errors: [{ text: describeModule(found.path, name) }] }
          : toStandIn(found.path, name)
      })
      bundler.onResolve({ filter: ZOD }, ({ path }) => toModule(path.endsWith('v3') ? 'zod/v3' : 'zod/mini'))
      bundler.onResolve({ filter: /^\.\.?\//, namespace: NODE_NAMESPACE }, ({ path, importer }) => {
        return { path: posix.join(posix.dirname(importer), path), namespace: NODE_NAMESPACE, sideEffects: false }
      })
      bundler.onLoad({ filter: /.*/, namespace: NODE_NAMESPACE }, async ({ path, suffix }) => {
        const file = path.slice(FOLDER.length)
        if (suffix === STAND_IN) return { contents: standInSource(file.slice(0, -'.js'.length)) }
        if (suffix === COMMON_JS) return { contents: `module.exports = require('./${posix.basename(file)}').default` }
        return { contents: (await load())[file] ?? '' }
      })
    },
  }
}

/** For a module that is required. */
const COMMON_JS = '?cjs'
const STAND_IN = '?stand-in'

function toModule(name: string): OnResolveResult {
  return { path: `${FOLDER}${name}.js`, namespace: NODE_NAMESPACE, sideEffects: false }
}

function toStandIn(path: string, name: string): OnResolveResult {
  return { ...toModule(name), suffix: STAND_IN, warnings: [{ text: describeModule(path, name), detail: name }] }
}

/** Whether the field `browser` of a package.json replaces or disables the module for the importing package. */
async function isReplaced(bundler: PluginBuild, { path, kind, importer, resolveDir }: OnResolveArgs, name: string) {
  const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: PROBE })
  if (found.errors.length > 0 || found.external) return false
  return !found.path.replaceAll('\\', '/').includes(`/node_modules/${name.split('/')[0]}/`)
}

/** Whether a file belongs to the plugin and not to one of its dependencies. */
function isOwn(folder: string, importer: string): boolean {
  const path = relative(folder, importer).replaceAll('\\', '/')
  return !(path.startsWith('..') ? importer.replaceAll('\\', '/') : path).includes('node_modules/')
}

function describeModule(path: string, name: string): string {
  return `"${path}" is a Node module, which a sandbox does not have: ${AUTHORITY_MODULES[name] ?? 'it has the web platform'}`
}
