import type { Plugin } from 'esbuild'

/** What the host provides inside the sandbox (`sandbox/guest/host-modules.ts`); never part of a bundle. */
export const HOST_MODULES = [
  '@ashlar/sdk',
  '@ashlar/sdk/rest',
  'zod',
  'zod/locales',
  'zod/v4',
  'zod/v4/core',
  'zod/v4/locales',
  'zod/v4/locales/en.js',
]

/** Entries of zod that become part of the bundle: see `node/provide-modules.ts`. */
const BUNDLED = ['zod/mini', 'zod/v3', 'zod/v4-mini', 'zod/v4/mini']

/** Rejects other modules of these packages. In a bundle, they would be `undefined` or a second instance. */
export const provideHostModules: Plugin = {
  name: 'provide-host-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^(zod|@ashlar\/sdk)\// }, ({ path }) => {
      if (HOST_MODULES.includes(path)) return { path, external: true }
      if (BUNDLED.includes(path)) return undefined
      const [owner = ''] = /^(@ashlar\/sdk|zod)/.exec(path) ?? []
      const provided = [...HOST_MODULES, ...BUNDLED].filter((name) => name === owner || name.startsWith(`${owner}/`)).join(', ')
      return { errors: [{ text: `"${path}" is not available in a sandbox, which provides ${provided}` }] }
    })
  },
}

/** The namespace of {@link requireHostModules} in the bundler. */
export const HOST_NAMESPACE = 'host-module'

/** Converts imports of the host's modules to calls of `require`: a script cannot import. */
export const requireHostModules: Plugin = {
  name: 'require-host-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^(zod|@ashlar\/sdk)(\/|$)/ }, ({ path, namespace }) =>
      namespace !== HOST_NAMESPACE && HOST_MODULES.includes(path) ? { path, namespace: HOST_NAMESPACE } : undefined,
    )
    bundler.onLoad({ filter: /.*/, namespace: HOST_NAMESPACE }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}
