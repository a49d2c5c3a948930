import type { Plugin } from 'esbuild'

/** What the host provides inside the sandbox (`sandbox/guest/host-modules.ts`); never part of a bundle. */
export const HOST_MODULES = [
  '@ashlar/sdk',
  'zod',
  'zod/locales',
  'zod/mini',
  'zod/v3',
  'zod/v4',
  'zod/v4-mini',
  'zod/v4/core',
  'zod/v4/locales',
  'zod/v4/locales/en.js',
  'zod/v4/mini',
]

/** Rejects other modules of these packages. In a bundle, they would be `undefined` or a second instance. */
export const provideHostModules: Plugin = {
  name: 'provide-host-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^(zod|@ashlar\/sdk)\// }, ({ path }) => {
      if (HOST_MODULES.includes(path)) return { path, external: true }
      const [owner = ''] = /^(@ashlar\/sdk|zod)/.exec(path) ?? []
      const provided = HOST_MODULES.filter((name) => name === owner || name.startsWith(`${owner}/`)).join(', ')
      return { errors: [{ text: `"${path}" is not available in a sandbox, which provides ${provided}` }] }
    })
  },
}
