import { build, type BuildOptions, type Message, type Metafile, type Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { isBuiltin } from 'node:module'
import { stat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { AshlarError, type Fault } from '../errors/index.ts'
import type { Bundle } from '../sandbox/index.ts'

/** What the host provides inside the sandbox; never part of a bundle. */
const HOST_MODULES = ['@ashlar/sdk', 'zod', 'zod/v4']
const MAX_BUNDLE_BYTES = 5 * 1024 * 1024
/** Of all files that a package's entry leads to. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024

/** What is to be bundled. */
export interface BundleInput {
  /** Absolute path of the module that exports the blocks. */
  entry: string
  /** The plugin's folder; positions in messages are relative to it. */
  folder: string
  /** Whose bundle it is, as its first line: see {@link ownerLine}. @default none */
  banner?: string
  /** Everything that it imports must lie in the folder, and its size is limited. @default false */
  confined?: boolean
}

/**
 * Bundles a plugin's entry into one script. The digest is the SHA-256 of its text, in hexadecimal.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED with a fault for each place, when it does not compile, imports a Node module, or is
 * larger than 5 MiB
 */
export async function bundlePlugin(input: BundleInput): Promise<Bundle> {
  return (await bundleWithInputs(input)).bundle
}

/** As {@link bundlePlugin}, and tells what the bundle was made of. */
export async function bundleWithInputs(input: BundleInput): Promise<{ bundle: Bundle; inputs: Metafile['inputs'] }> {
  const result = await build({ ...bundleOptions(input), metafile: true }).catch((error: unknown) => {
    throw bundleError(error, input.folder)
  })
  return { bundle: createBundle(result.outputFiles[0]?.text ?? ''), inputs: result.metafile.inputs }
}

/** A bundle with its source map: version 3, JSON; its sources are relative to the package. */
export interface MappedBundle extends Bundle {
  map: string
}

/** As {@link bundlePlugin}, with a source map. */
export async function bundleWithMap(input: BundleInput): Promise<MappedBundle> {
  const options = { ...bundleOptions(input), sourcemap: 'external', outdir: input.folder } satisfies BuildOptions
  const { outputFiles } = await build(options).catch((error: unknown) => {
    throw bundleError(error, input.folder)
  })
  const [code = '', map = ''] = ['.js', '.js.map'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text)
  return { ...createBundle(code), map }
}

export function bundleOptions({ entry, folder, banner = '', confined = false }: BundleInput) {
  return {
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: true,
    format: 'cjs',
    platform: 'browser',
    target: 'es2024',
    conditions: ['import'],
    external: HOST_MODULES,
    legalComments: 'none',
    banner: { js: banner },
    write: false,
    logLevel: 'silent',
    plugins: [refuseNodeModules, ...(confined ? [confineTo(folder)] : [])],
    // Else one is looked for in the folder and all above it, and may extend any file.
    ...(confined && { tsconfigRaw: '{}' }),
  } satisfies BuildOptions
}

/** @throws {AshlarError} PLUGIN_LOAD_FAILED when it is too large, or has a character that Postgres does not keep */
export function createBundle(code: string): Bundle {
  if (code.length > MAX_BUNDLE_BYTES)
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the bundle is ${code.length} bytes long, the limit is ${MAX_BUNDLE_BYTES}`)
  const nul = code.indexOf('\0')
  if (nul >= 0) throw nulError(code.slice(0, nul))
  return { digest: digestOf(code), code }
}

/** @param before the code before it, in which the bundler names each module on a line of its own */
function nulError(before: string): AshlarError {
  const path =
    before
      .match(/^\/\/ .+$/gm)
      ?.at(-1)
      ?.slice('// '.length) ?? ''
  const faults = [{ path, message: 'has the character U+0000, which cannot be kept: write "\\0" in its place' }]
  return new AshlarError('PLUGIN_LOAD_FAILED', describe(faults), { details: { faults } })
}

export function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}

/** @param error what the bundler has thrown */
export function bundleError(error: unknown, folder: string): AshlarError {
  const faults = faultsOf((error as { errors?: Message[] }).errors ?? [], folder)
  return new AshlarError('PLUGIN_LOAD_FAILED', describe(faults), { cause: error, details: { faults } })
}

/**
 * The first line of the bundle of a package that is not the installation's own. So two packages with the same code are two
 * bundles, and none has the digest of one that is trusted.
 *
 * @param packageName that of an npm package: it ends no comment
 */
export function ownerLine(packageName: string, version: string): string {
  return `/* ${packageName}@${version} */`
}

const refuseNodeModules: Plugin = {
  name: 'refuse-node-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({
      errors: [{ text: `"${path}" is a Node module; blocks run in a sandbox that has the web platform only` }],
    }))
  },
}

/** Nothing from outside the folder becomes part of the bundle. */
function confineTo(folder: string): Plugin {
  let sourceBytes = 0
  return {
    name: 'confine',
    setup(bundler) {
      bundler.onResolve({ filter: /^(https?:|\/\/|file:)/ }, ({ path }) => ({
        errors: [{ text: `"${path}" cannot be imported: everything must be in the package` }],
      }))
      bundler.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        if (!path.startsWith(folder + sep)) return { errors: [{ text: OUTSIDE }] }
        sourceBytes += (await stat(path)).size
        return sourceBytes > MAX_SOURCE_BYTES
          ? { errors: [{ text: `it imports more than ${MAX_SOURCE_BYTES} bytes` }] }
          : undefined
      })
    },
  }
}

const OUTSIDE = 'what is imported lies outside the package: bundle the entry, or name it in "bundledDependencies"'

function faultsOf(messages: readonly Message[], folder: string): Fault[] {
  return messages.slice(0, 10).map(({ text, location }) => {
    const path = location ? `${relative(folder, `${folder}/${location.file}`)}:${location.line}:${location.column + 1}` : ''
    return { path, message: explain(text) }
  })
}

/** What the bundler says of a bare name like `fs` begins with that it cannot be resolved. */
function explain(text: string): string {
  const [, name = ''] = /^Could not resolve "([^"]+)"/.exec(text) ?? []
  if (name === '') return text
  if (isBuiltin(name)) return `"${name}" is a Node module; blocks run in a sandbox that has the web platform only`
  return text
}

function describe(faults: readonly Fault[]): string {
  if (faults.length === 0) return 'the bundler failed'
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n')
}
