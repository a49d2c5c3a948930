import { build, context, type BuildOptions } from 'esbuild'
import type { Bundle } from '../sandbox/index.ts'
import { bundleError, bundleOptions, createBundle } from './bundle.ts'
import type { PluginSource } from './discover.ts'

/** A bundle, and what it was made of: for its author. */
export interface DraftBundle extends Bundle {
  /** Source map, version 3, JSON; its sources are relative to the package. */
  map: string
  /** The files in it, the largest first, with what each takes of it. */
  inputs: { path: string; bytes: number }[]
}

/** Bundles a package again and again, each time what has changed. */
export interface DraftBundler {
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED as `bundlePlugin` */
  bundle(): Promise<DraftBundle>
  close(): Promise<void>
}

/** Of a file that a package disables for browsers nothing is read. */
const DISABLED = '(disabled):'

/** The text of its bundles is the very one of `bundlePlugin`. */
export async function createDraftBundler({ entry, folder }: PluginSource): Promise<DraftBundler> {
  const options = {
    ...bundleOptions({ entry, folder }),
    sourcemap: 'external',
    metafile: true,
    outdir: folder,
  } satisfies BuildOptions
  const bundler = await context(options)
  return {
    async bundle() {
      const { outputFiles, metafile } = await bundler.rebuild().catch((error: unknown) => {
        throw bundleError(error, folder)
      })
      const [code, map] = ['.js', '.js.map'].map((end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '')
      const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined)
      const files = Object.entries(output?.inputs ?? {}).filter(([path]) => !path.startsWith(DISABLED))
      const inputs = files.map(([path, { bytesInOutput: bytes }]) => ({ path, bytes }))
      return { ...createBundle(code ?? ''), map: map ?? '', inputs: inputs.toSorted((a, b) => b.bytes - a.bytes) }
    },
    close: () => bundler.dispose(),
  }
}

/**
 * A package's entry and all that it imports as one ES module, as it is published: only what the host provides is still imported.
 * The same source gives the same text wherever it lies.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED as `bundlePlugin`
 */
export async function bundleModule({ entry, folder }: PluginSource): Promise<string> {
  const options = { ...bundleOptions({ entry, folder }), format: 'esm', metafile: true } satisfies BuildOptions
  const { outputFiles, metafile } = await build(options).catch((error: unknown) => {
    throw bundleError(error, folder)
  })
  // The bundler writes above each file where it was: of a dependency that says how the machine keeps it.
  const foreign = new Set(
    Object.keys(metafile.inputs)
      .filter((path) => path.startsWith('../') || path.includes('node_modules/'))
      .map((path) => `// ${path}`),
  )
  const lines = (outputFiles[0]?.text ?? '').split('\n').filter((line) => !foreign.has(line))
  return createBundle(lines.join('\n')).code
}
