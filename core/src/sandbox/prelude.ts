import { build, type Plugin } from 'esbuild'
import { fileURLToPath } from 'node:url'

/** Bundles the guest's first script (`guest/main.ts`) with zod and the SDK: about 0.3 MB of text. */
export async function buildPrelude(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('guest/main.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    // not `browser`: libraries would count on what a browser brings
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2024',
    minify: true,
    keepNames: true,
    define: { global: 'globalThis' },
    write: false,
    logLevel: 'silent',
    plugins: [englishOnly],
  })
  return result.outputFiles[0]?.text ?? ''
}

/** zod brings its messages in some fifty languages; the guest needs one, and every isolate pays for their size. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
      contents: `export { default as en } from './en.js'`,
      loader: 'js',
    }))
  },
}
