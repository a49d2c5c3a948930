import type { Plugin } from 'esbuild'
import { NODE_NAMESPACE } from './node/index.ts'

export const SCRIPT_ENTRY = 'ashlar-script'

/** The entry of a script assigns the exports of the plugin to the variable `exported`, which is around the script. */
export function scriptEntry(entry: string): Plugin {
  return {
    name: 'script-entry',
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^${SCRIPT_ENTRY}$`) }, ({ path, kind }) =>
        kind === 'entry-point' ? { path, namespace: NODE_NAMESPACE, pluginData: SCRIPT_ENTRY } : undefined,
      )
      bundler.onResolve({ filter: /.*/, namespace: NODE_NAMESPACE }, ({ path, importer }) =>
        importer === SCRIPT_ENTRY ? bundler.resolve(path, { kind: 'import-statement', resolveDir: '/' }) : undefined,
      )
      bundler.onLoad({ filter: /.*/, namespace: NODE_NAMESPACE }, ({ pluginData }) =>
        pluginData === SCRIPT_ENTRY
          ? { contents: `import * as plugin from ${JSON.stringify(entry)}\nexported = plugin`, resolveDir: '/' }
          : undefined,
      )
    },
  }
}
