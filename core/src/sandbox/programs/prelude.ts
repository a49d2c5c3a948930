import { build, type BuildOptions, type Plugin } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { holdEsbuild } from '../../base/esbuild/index.ts'
import { IDS_PER_CALL, type GuestCall, type GuestLimits } from '../channel/index.ts'

/** The code from which the snapshot of all isolates is created. */
export interface Prelude {
  /** The guest code (`guest/main.ts`) with zod, the SDK and the web platform: about 0.8 MB of text. */
  code: string
  /**
   * Runs after it in a context that is discarded. The snapshot contains the compiled code of functions that have run.
   * Otherwise every isolate would compile them again, which takes longer than all other steps of a plugin's first call.
   */
  warmUp: string
}

export async function buildPrelude(): Promise<Prelude> {
  const [code, plugin] = await Promise.all([
    bundle({
      entryPoints: [resolvePath('../guest/main.ts')],
      format: 'iife',
      // not `browser`: libraries would rely on browser APIs
      platform: 'neutral',
      mainFields: ['module', 'main'],
      minify: true,
      keepNames: true,
      define: { global: 'globalThis' },
      plugins: [workerOnly, englishOnly, lazyIdna, guestClasses],
    }),
    bundle({ entryPoints: [resolvePath('warm-up-plugin.ts')], format: 'cjs', external: ['@ashlar/sdk', 'zod'] }),
  ])
  return { code, warmUp: warmUpWith(plugin) }
}

async function bundle(options: BuildOptions): Promise<string> {
  const release = holdEsbuild()
  const built = await build({ ...options, bundle: true, target: 'es2024', write: false, logLevel: 'silent' }).finally(release)
  return built.outputFiles[0]?.text ?? ''
}

function resolvePath(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

const WARM_UP_LIMITS: GuestLimits = { maxValueBytes: 1e5, maxOutputs: 1e5, maxOutputBytes: 1e5, maxReportChars: 1e5 }

/** Calls the guest code as the sandbox process does (`process/guest-isolates.ts`). */
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

/** The guest code shares modules with the worker. Their functions that need Node's modules are not in its bundle. */
const workerOnly: Plugin = {
  name: 'worker-only',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }))
  },
}

/**
 * zod includes its messages in about fifty languages. The guest needs one, and the others would enlarge every isolate.
 */
const englishOnly: Plugin = {
  name: 'english-only',
  setup(bundler) {
    bundler.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
      contents: `export { default as en } from './en.js'`,
      loader: 'js',
    }))
  },
}

/** Makes `whatwg-url` load its tables of international names when it needs them. */
const lazyIdna: Plugin = {
  name: 'lean-urls',
  setup(bundler) {
    const idna = resolvePath('../../web-platform/url/idna.ts')
    bundler.onResolve({ filter: /^tr46$/ }, ({ importer }) => (importer === idna ? undefined : { path: idna }))
  },
}

/**
 * Makes libraries import web classes from the guest code instead of the global object, which plugin code may change.
 */
const guestClasses: Plugin = {
  name: 'own-classes',
  setup(bundler) {
    const give = (filter: RegExp, names: string, family: string): void => {
      const path = JSON.stringify(resolvePath(`../../web-platform/${family}`))
      bundler.onLoad({ filter }, async (file) => ({
        contents: `const { ${names} } = require(${path});${await readFile(file.path, 'utf8')}`,
        loader: 'js',
      }))
    }
    give(/whatwg-url[\\/]lib[\\/]encoding\.js$/, 'TextDecoder, TextEncoder', 'data/encoding.ts')
    give(/urlpattern-polyfill[\\/]dist[\\/]urlpattern\.js$/, 'URL', 'url/url.ts')
  },
}
