import { build, type BuildOptions, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { IDS_PER_CALL, type GuestCall, type GuestLimits } from '../channel/index.ts'

/** What isolates start with: a snapshot is made of it. */
export interface Prelude {
  /** The guest's first script (`guest/main.ts`) with zod, the SDK and the web platform: about 0.8 MB of text. */
  code: string
  /**
   * Run behind it in a context that is thrown away: functions that have run once are in the snapshot compiled. Without it every isolate
   * would compile them anew, which takes longer than all else that a plugin's first call needs.
   */
  warmUp: string
}

export async function buildPrelude(): Promise<Prelude> {
  const [code, plugin] = await Promise.all([
    bundle({
      entryPoints: [pathOf('../guest/main.ts')],
      format: 'iife',
      // not `browser`: libraries would count on what a browser brings
      platform: 'neutral',
      mainFields: ['module', 'main'],
      minify: true,
      keepNames: true,
      define: { global: 'globalThis' },
      plugins: [englishOnly, leanUrls, ownClasses],
    }),
    bundle({ entryPoints: [pathOf('warm-up-plugin.ts')], format: 'cjs', external: ['@ashlar/sdk', 'zod'] }),
  ])
  return { code, warmUp: warmUpWith(plugin) }
}

async function bundle(options: BuildOptions): Promise<string> {
  const built = await build({ ...options, bundle: true, target: 'es2024', write: false, logLevel: 'silent' })
  return built.outputFiles[0]?.text ?? ''
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

const WARM_UP_LIMITS: GuestLimits = { maxValueBytes: 1e5, maxOutputs: 1e5, maxOutputBytes: 1e5, maxReportChars: 1e5 }

/** Does what the sandbox process does (`process/guest-isolates.ts`). */
function warmUpWith(plugin: string): string {
  const calls: GuestCall[] = [
    { id: IDS_PER_CALL, kind: 'describe', block: '', input: null },
    { id: 2 * IDS_PER_CALL, kind: 'run', block: 'common', input: { list: ['a', 1], record: {}, nested: {}, any: 1 } },
    { id: 3 * IDS_PER_CALL, kind: 'run', block: 'later', input: { text: 'a' } },
    { id: 4 * IDS_PER_CALL, kind: 'run', block: 'common', input: { number: 'none' } },
  ]
  return `{
    const { connect, define, enter, collect } = __ashlar
    connect(() => {}, () => '', () => {}, ${JSON.stringify(JSON.stringify(WARM_UP_LIMITS))}, new ArrayBuffer(24), 1)
    define(function (require, module) {${plugin}\nmodule.exports = { default: module.exports.plugin } })
    enter(${JSON.stringify(JSON.stringify(calls))}, 1, 1)
    collect(1)
  }`
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

/** `whatwg-url` gets its tables of international names at the first such name. */
const leanUrls: Plugin = {
  name: 'lean-urls',
  setup(bundler) {
    const idna = pathOf('../../web-platform/url/idna.ts')
    bundler.onResolve({ filter: /^tr46$/ }, ({ importer }) => (importer === idna ? undefined : { path: idna }))
  },
}

/** What libraries take from the global object, which belongs to the plugin, they get from our families instead. */
const ownClasses: Plugin = {
  name: 'own-classes',
  setup(bundler) {
    const give = (filter: RegExp, names: string, family: string): void => {
      const path = JSON.stringify(pathOf(`../../web-platform/${family}`))
      bundler.onLoad({ filter }, async (file) => ({
        contents: `const { ${names} } = require(${path});${await readFile(file.path, 'utf8')}`,
        loader: 'js',
      }))
    }
    give(/whatwg-url[\\/]lib[\\/]encoding\.js$/, 'TextDecoder, TextEncoder', 'data/encoding.ts')
    give(/urlpattern-polyfill[\\/]dist[\\/]urlpattern\.js$/, 'URL', 'url/url.ts')
  },
}
