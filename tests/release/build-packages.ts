import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildNodeModules, buildPrelude, buildProgram } from '@ashlar/core/testing'
import { build, type Plugin } from 'esbuild'

/*
 * Builds the packages that authors install, as folders for `npm pack` and `npm publish`:
 *
 * - `@ashlar/sdk`: JavaScript and types, file by file.
 * - `@ashlar/client`: JavaScript and types, file by file.
 * - `@ashlar/testing`: the test kit in one file, including the sandbox, the programs of its processes, the first script
 *   of guests, and Node's modules for bundles.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Dependencies that are not bundled into the test kit: native packages, and packages that plugins also use. */
const EXTERNAL = ['esbuild', 'ipaddr.js', 'isolated-vm', 'undici', 'zod']

/** @param out the folder in which to create or replace `sdk`, `testing` and `client` */
export async function buildPackages(out: string): Promise<void> {
  const folder = resolve(out)
  await rm(folder, { recursive: true, force: true })
  await Promise.all([buildSdk(join(folder, 'sdk')), buildTesting(join(folder, 'testing')), buildClient(join(folder, 'client'))])
}

async function buildSdk(folder: string): Promise<void> {
  await emit(folder, 'plugins/sdk/src', ['index.ts'], {})
  await cp(join(ROOT, 'plugins/sdk/sandbox.d.ts'), join(folder, 'dist/sandbox.d.ts'))
  const { version, peerDependencies } = await readManifest('plugins/sdk')
  await writePackage(folder, {
    name: '@ashlar/sdk',
    version,
    description: 'The API for blocks of Ashlar.',
    exports: { ...buildExports('index'), './sandbox': { types: './dist/sandbox.d.ts' } },
    peerDependencies,
  })
}

async function buildTesting(folder: string): Promise<void> {
  const lib = join(folder, 'dist', 'lib')
  await build({
    entryPoints: { index: 'testing/src/index.ts' },
    absWorkingDir: ROOT,
    outdir: lib,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    external: EXTERNAL,
    logLevel: 'silent',
    plugins: [built],
  })
  await writeFile(join(lib, 'prelude.json'), JSON.stringify(await buildPrelude()))
  await writeFile(join(lib, 'node-modules.json'), JSON.stringify(await buildNodeModules()))
  await writePrograms(lib)
  await emit(folder, 'core/src/testing/kit', ['types.ts'], { emitDeclarationOnly: true })
  await writeFile(join(folder, 'dist', 'index.d.ts'), TESTING_TYPES)
  const [{ version }, sdk] = await Promise.all([readManifest('testing'), readManifest('plugins/sdk')])
  const versions = await catalogVersions()
  await writePackage(folder, {
    name: '@ashlar/testing',
    version,
    description: 'Runs the blocks of an Ashlar plugin in a real sandbox, with fakes for external services.',
    exports: buildExports('lib/index'),
    dependencies: Object.fromEntries(EXTERNAL.filter((name) => name !== 'zod').map((name) => [name, versions.get(name)])),
    peerDependencies: { '@ashlar/sdk': sdk.version, ...sdk.peerDependencies },
    engines: { node: '^26' },
  })
}

/** Settings for the caches of other clients, which the package has besides its index. */
const CACHE_SETTINGS = ['possible-types', 'keys', 'updates']

export async function buildClient(folder: string): Promise<void> {
  await emit(
    folder,
    'gateway/client/src',
    ['index', ...CACHE_SETTINGS].map((name) => `${name}.ts`),
    {},
  )
  await cp(join(ROOT, 'gateway/client/README.md'), join(folder, 'README.md'))
  const { version } = await readManifest('gateway/client')
  const settings = CACHE_SETTINGS.map((name) => [`./${name}`, { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` }])
  await writePackage(folder, {
    name: '@ashlar/client',
    version,
    description: 'A typed client for the GraphQL API of Ashlar that resumes subscriptions.',
    exports: { ...buildExports('index'), ...Object.fromEntries(settings) },
  })
}

/** Writes the programs of sandbox processes, which the test kit reads as text. */
async function writePrograms(lib: string): Promise<void> {
  for (const name of ['process/main', 'process/snapshot', 'process/lockdown/launcher', 'process/lockdown/probe'] as const) {
    await mkdir(dirname(join(lib, name)), { recursive: true })
    await writeFile(join(lib, `${name}.cjs`), await buildProgram(name))
  }
}

const TESTING_TYPES = `import type { RunBlock, TestBlock, TestPlugin } from './types.js'
export type * from './types.js'
export declare const runBlock: RunBlock
export declare const testBlock: TestBlock
export declare const testPlugin: TestPlugin
`

/** Replaces modules that read the source of this workspace with modules that read the build output. */
const built: Plugin = {
  name: 'built',
  setup(bundler) {
    bundler.onLoad({ filter: /core[\\/]src[\\/]sandbox[\\/]programs[\\/]prelude\.ts$/ }, () => ({
      contents: `import { readFile } from 'node:fs/promises'
        export const buildPrelude = async () => JSON.parse(await readFile(new URL('prelude.json', import.meta.url), 'utf8'))`,
    }))
    bundler.onLoad({ filter: /core[\\/]src[\\/]catalogue[\\/]bundle[\\/]node[\\/]build-modules\.ts$/ }, () => ({
      contents: `import { readFile } from 'node:fs/promises'
        export const buildNodeModules = async () => JSON.parse(await readFile(new URL('node-modules.json', import.meta.url), 'utf8'))`,
    }))
    bundler.onLoad({ filter: /core[\\/]src[\\/]sandbox[\\/]programs[\\/]programs\.ts$/ }, () => ({
      contents: `import { readFile } from 'node:fs/promises'
        export const buildProgram = (program) => readFile(new URL(program + '.cjs', import.meta.url), 'utf8')`,
    }))
  },
}

function buildExports(entry: string): object {
  return { '.': { types: './dist/index.d.ts', default: `./dist/${entry}.js` }, './package.json': './package.json' }
}

/** Emits JavaScript and types of modules and of their imports in the same folder. */
async function emit(folder: string, source: string, entries: readonly string[], options: object): Promise<void> {
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: join(ROOT, source),
    outDir: join(folder, 'dist'),
    types: [],
    lib: ['es2025', 'dom', 'dom.iterable', 'dom.asynciterable'],
    ...options,
  }
  const text = JSON.stringify({
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions,
    files: entries.map((entry) => join(ROOT, source, entry)),
  })
  await writeFile(config, text)
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], { stdio: 'inherit' })
  await rm(config)
}

interface Manifest {
  version: string
  peerDependencies?: Record<string, string>
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}

/** Returns the versions in the catalog of the workspace. */
async function catalogVersions(): Promise<Map<string, string>> {
  const text = await readFile(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  const lines = text.slice(text.indexOf('catalog:')).matchAll(/^ {2}'?([^':]+)'?: (\S+)$/gm)
  return new Map(Array.from(lines, ([, name = '', version = '']) => [name, version]))
}

async function writePackage(folder: string, manifest: object): Promise<void> {
  const shared = { license: 'MIT', type: 'module', sideEffects: false, files: ['dist'] }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, ...shared }, undefined, 2)}\n`)
  await cp(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
}

if (import.meta.main) await buildPackages(process.argv[2] ?? join(ROOT, 'dist'))
