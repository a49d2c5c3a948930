import { build, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Bundles the guest's first script (`guest/main.ts`) with zod, the SDK and the web platform: about 0.8 MB of text. */
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
    plugins: [englishOnly, leanUrls, ownClasses],
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

/** `whatwg-url` gets its tables when it needs them: of international names at the first one, of legacy encodings never. */
const leanUrls: Plugin = {
  name: 'lean-urls',
  setup(bundler) {
    const idna = fileURLToPath(new URL('guest/web/idna.ts', import.meta.url))
    bundler.onResolve({ filter: /^tr46$/ }, ({ importer }) => (importer === idna ? undefined : { path: idna }))
    bundler.onResolve({ filter: /^@exodus\/bytes\/encoding\.js$/ }, ({ importer, resolveDir, kind }) =>
      bundler.resolve('@exodus/bytes/encoding-lite.js', { resolveDir, importer, kind }),
    )
  },
}

/** What libraries take from the global object, which belongs to the plugin, they get from our families instead. */
const ownClasses: Plugin = {
  name: 'own-classes',
  setup(bundler) {
    const give = (filter: RegExp, names: string, family: string): void => {
      const path = JSON.stringify(fileURLToPath(new URL(`guest/web/${family}`, import.meta.url)))
      bundler.onLoad({ filter }, async (file) => ({
        contents: `const { ${names} } = require(${path});${await readFile(file.path, 'utf8')}`,
        loader: 'js',
      }))
    }
    give(/whatwg-url[\\/]lib[\\/]encoding\.js$/, 'TextDecoder, TextEncoder', 'encoding.ts')
    give(/urlpattern-polyfill[\\/]dist[\\/]urlpattern\.js$/, 'URL', 'url.ts')
  },
}
