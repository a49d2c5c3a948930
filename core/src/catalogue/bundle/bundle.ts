import { context, type BuildContext, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { AshlarError } from '../../base/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import { HOST_MODULES, provideHostModules } from './host-modules.ts'
import { toBundleError, confineTo, describeFaults, type Reach } from './files/index.ts'

const MAX_BUNDLE_BYTES = 5 * 1024 * 1024

/** The input of the bundler. */
export interface BundleInput {
  /** Absolute path of the module that exports the blocks. */
  entry: string
  /** The plugin's folder; positions in messages are relative to it. */
  folder: string
  /** The first line of the bundle, which names its owner: see {@link ownerLine}. @default none */
  banner?: string
  /** A sandbox runs `cjs`; a published module is `esm`. @default 'cjs' */
  format?: 'cjs' | 'esm'
  /** Whether the source map contains the source, for debuggers. @default false */
  withSources?: boolean
  /** Restricts the bundle to files of certain directories. @default files of any directory */
  confined?: Confinement
}

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
  const { folder, confined } = input
  const bundler: BuildContext<ReturnType<typeof bundleOptions>> = await context(bundleOptions(input))
  return {
    async bundle() {
      const { outputFiles, metafile } = await bundler.rebuild().catch((error: unknown) => {
        throw toBundleError(error, folder, confined?.reach.roots)
      })
      const [code = '', map = ''] = ['.js', '.js.map'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text)
      const entry = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
      const sizes = Object.entries(entry?.inputs ?? {}).map(([path, { bytesInOutput }]) => [path, bytesInOutput])
      return { code, map, inputs: metafile.inputs, sizes: Object.fromEntries(sizes) as Record<string, number> }
    },
    close: () => bundler.dispose(),
  }
}

export function bundleOptions({ entry, folder, banner = '', format = 'cjs', withSources = false, confined }: BundleInput) {
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
    legalComments: 'none',
    banner: { js: banner },
    sourcemap: 'external',
    sourcesContent: withSources,
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [provideHostModules, rejectNodeModules, ...(confined ? [confineTo(confined.reach.roots, { withSources })] : [])],
    // Otherwise the bundler uses the tsconfig.json of the folder or of a folder above it, which may extend any file.
    ...(confined && { tsconfigRaw: confined.tsconfig }),
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

const rejectNodeModules: Plugin = {
  name: 'refuse-node-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({
      errors: [{ text: `"${path}" is a Node module; blocks run in a sandbox that provides only the web platform` }],
    }))
  },
}
