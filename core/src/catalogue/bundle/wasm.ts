import type { Plugin } from 'esbuild'

/** The namespace of {@link compileWasm} in the bundler. */
export const WASM_NAMESPACE = 'wasm-module'

/**
 * Makes the default export of a `.wasm` file a `WebAssembly.Module`, as in workers. With the attribute
 * `{ type: 'bytes' }`, it is a `Uint8Array`.
 */
export const compileWasm: Plugin = {
  name: 'compile-wasm',
  setup(bundler) {
    bundler.onResolve(
      { filter: /\.wasm$/ },
      async ({ path, kind, importer, resolveDir, with: { type }, namespace, pluginData }) => {
        if (type !== undefined || pluginData === WASM_NAMESPACE || namespace === WASM_NAMESPACE) return undefined
        const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: WASM_NAMESPACE })
        return found.errors.length > 0 ? found : { path: found.path, namespace: WASM_NAMESPACE }
      },
    )
    bundler.onLoad({ filter: /.*/, namespace: WASM_NAMESPACE }, ({ path }) => ({
      contents: `import bytes from ${JSON.stringify(path)} with { type: 'bytes' }\nexport default new WebAssembly.Module(bytes)`,
      resolveDir: '/',
    }))
  },
}
