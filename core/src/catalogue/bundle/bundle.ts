import { context, type BuildOptions, type BuildResult, type Metafile } from 'esbuild'
import { createHash } from 'node:crypto'
import { holdEsbuild } from '../../base/esbuild/index.ts'
import { AshlarError, type Fault } from '../../base/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import { HOST_MODULES, provideHostModules, requireHostModules } from './host-modules.ts'
import { compileWasm } from './wasm.ts'
import { SCRIPT_ENTRY, scriptEntry } from './script-entry.ts'
import { toBundleError, toWarnings, confineTo, describeFaults, type Reach } from './files/index.ts'
import { buildNodeModules, provideNodeModules, type NodeModules } from './node/index.ts'

const MAX_BUNDLE_BYTES = 5 * 1024 * 1024

/** The input of the bundler. */
export interface BundleInput {
  /** Absolute path of the module that exports the blocks. */
  entry: string
  /** The plugin's folder; positions in messages are relative to it. */
  folder: string
  /** The first line of the bundle, which names its owner: see {@link ownerLine}. @default none */
  banner?: string
  /**
   * A sandbox runs `cjs`; a published module is `esm`. A module that awaits at its top level becomes a script whose
   * `module.exports` is a promise, instead of `cjs`. @default 'cjs'
   */
  format?: 'cjs' | 'esm'
  /** Whether the source map contains the source, for debuggers. @default false */
  withSources?: boolean
  /**
   * Shortens the code, and with it the names in stacks. Only for plugins that are part of Ashlar, whose errors have no
   * positions. @default false
   */
  minify?: boolean
  /** Restricts the bundle to files of certain directories. @default files of any directory */
  confined?: Confinement
  /**
   * The text of Node's modules. A bundler that is confined cannot build it, and throws {@link NodeModulesNeeded} if a
   * plugin imports one. @default built when a plugin imports one
   */
  nodeModules?: NodeModules
}

/** Thrown by a confined bundler that needs the text of Node's modules. */
export class NodeModulesNeeded extends Error {}

interface Confinement {
  reach: Reach
  /** Text of the package's own tsconfig.json. Files that it extends are ignored. @default '{}' */
  tsconfig: string
}

/** The output of the bundler. */
export interface BundlerOutput {
  code: string
  /** Source map: version 3, JSON; its sources are relative to the package. */
  map: string
  inputs: Metafile['inputs']
  /** The bytes of the bundle that come from each file. */
  sizes: Record<string, number>
  /** Imports of Node modules, in dependencies, that throw an error when they are used. */
  warnings: Fault[]
}

/** A bundle with its source map: version 3, JSON; its sources are relative to the package. */
export interface MappedBundle extends Bundle {
  map: string
}

/** Bundles one plugin repeatedly and processes only changes. */
export interface Bundler {
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED with a fault for each place */
  bundle(): Promise<BundlerOutput>
  close(): Promise<void>
}

/** Bundles in this process. */
export async function openBundler(input: BundleInput): Promise<Bundler> {
  const { folder, confined, nodeModules } = input
  const roots = confined?.reach.roots
  let needed = false
  const load = async (): Promise<NodeModules> => {
    if (nodeModules) return nodeModules
    if (!confined) return buildNodeModules()
    needed = true
    throw new NodeModulesNeeded()
  }
  const release = holdEsbuild()
  let bundler = await context(bundleOptions(input, load)).catch((error: unknown) => {
    release()
    throw error
  })
  const rebuild = async (): Promise<Result> => {
    try {
      return await bundler.rebuild()
    } catch (error) {
      if (!awaitsAtTop(error)) throw error
      await bundler.dispose()
      bundler = await context(scriptOptions(input, load))
      return bundler.rebuild()
    }
  }
  return {
    async bundle() {
      const result = await rebuild().catch((error: unknown) => {
        throw needed ? new NodeModulesNeeded() : toBundleError(error, folder, roots)
      })
      return { ...toOutput(result), warnings: toWarnings(result.warnings, folder, roots) }
    },
    close: () => bundler.dispose().finally(release),
  }
}

function awaitsAtTop(error: unknown): boolean {
  const { errors = [] } = error as { errors?: { text: string }[] }
  return errors.some(({ text }) => text.startsWith('Top-level await is currently not supported with the "cjs"'))
}

type Result = BuildResult<{ metafile: true; write: false }>

function toOutput({ outputFiles, metafile }: Result): Omit<BundlerOutput, 'warnings'> {
  const [code = '', map = ''] = ['.js', '.js.map'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text)
  const entry = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  const sizes = Object.entries(entry?.inputs ?? {}).map(([path, { bytesInOutput }]) => [path, bytesInOutput])
  return { code, map, inputs: metafile.inputs, sizes: Object.fromEntries(sizes) as Record<string, number> }
}

export function bundleOptions(input: BundleInput, load: () => Promise<NodeModules> = buildNodeModules) {
  const { entry, folder, banner = '', format = 'cjs', withSources = false, minify = false, confined } = input
  return {
    entryPoints: [entry],
    absWorkingDir: folder,
    outdir: folder,
    bundle: true,
    format,
    platform: 'browser',
    target: 'es2024',
    // A package that has a variant for workers needs no document.
    conditions: ['workerd', 'worker', 'module'],
    external: HOST_MODULES,
    define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': '"file:///plugin.js"' },
    minify,
    legalComments: 'none',
    banner: { js: banner },
    sourcemap: 'external',
    sourcesContent: withSources,
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [
      provideHostModules,
      compileWasm,
      provideNodeModules(folder, load),
      ...(confined ? [confineTo(confined.reach.roots, { withSources })] : []),
    ],
    // Otherwise the bundler uses the tsconfig.json of the folder or of a folder above it, which may extend any file.
    ...(confined && { tsconfigRaw: confined.tsconfig }),
  } satisfies BuildOptions
}

/** As {@link bundleOptions}, for a module that awaits at its top level. */
function scriptOptions(input: BundleInput, load: () => Promise<NodeModules>) {
  const options = bundleOptions({ ...input, format: 'esm' }, load)
  const { js } = options.banner
  return {
    ...options,
    entryPoints: [SCRIPT_ENTRY],
    banner: { js: `${js === '' ? '' : `${js}\n`}module.exports = (async () => { let exported` },
    footer: { js: 'return exported })()' },
    define: { ...options.define, 'import.meta': '{}' },
    plugins: [scriptEntry(input.entry), requireHostModules, ...options.plugins],
  } satisfies BuildOptions
}

/**
 * Returns code with its digest, the SHA-256 in hexadecimal.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED when the code is too large, or contains a character that Postgres cannot
 * store
 */
export function toBundle(code: string): Bundle {
  if (code.length > MAX_BUNDLE_BYTES)
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the bundle is ${code.length} bytes long; the limit is ${MAX_BUNDLE_BYTES}`)
  const nul = code.indexOf('\0')
  if (nul >= 0) throw nulError(code.slice(0, nul))
  return { digest: digestCode(code), code }
}

/** @param before the code before the character; the bundler writes the name of each module on a line above it */
function nulError(before: string): AshlarError {
  const path =
    before
      .match(/^\/\/ .+$/gm)
      ?.at(-1)
      ?.slice('// '.length) ?? ''
  const faults = [{ path, message: 'contains the character U+0000, which Postgres cannot store; write "\\0" instead' }]
  return new AshlarError('PLUGIN_LOAD_FAILED', describeFaults(faults), { details: { faults } })
}

export function digestCode(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}

/**
 * Returns the first line of the bundle of an untrusted package. With it, two packages with the same code have different
 * bundles, and no untrusted bundle has the digest of a trusted one.
 *
 * @param packageName the name of an npm package, which cannot contain the end of a comment
 */
export function ownerLine(packageName: string, version: string): string {
  return `/* ${packageName}@${version} */`
}
