import type { Bundle } from '../../sandbox/calls/index.ts'
import type { PluginSource } from '../../blocks/index.ts'
import { createBundle, type BundleInput, type BundlerOutput } from './bundle.ts'
import { confinedInput } from './bundle-source.ts'
import { createConfinedBundler } from './bundler.ts'
import { findReach } from './files/index.ts'

/** A bundle with details of its content, for its author. */
export interface DraftBundle extends Bundle {
  /** Source map, version 3, JSON, with the source; its sources are relative to the package. */
  map: string
  /** The files in the bundle with their share of its size, the largest first. */
  inputs: { path: string; bytes: number }[]
}

/** Bundles a package repeatedly and processes only changes. */
export interface DraftBundler {
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID as `bundleSource` */
  bundle(): Promise<DraftBundle>
  /**
   * Bundles the entry of a package and all its imports into one ES module, for publishing. The module imports only modules that the host
   * provides. The same source produces the same text, whatever its directory.
   *
   * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID as `bundleSource`
   */
  module(): Promise<string>
  close(): void
}

/** Of a file that a package disables for browsers nothing is read. */
const DISABLED = '(disabled):'

export function createDraftBundler({ entry, folder }: PluginSource): DraftBundler {
  const bundler = createConfinedBundler()
  const bundle = async (options: Partial<BundleInput>): Promise<BundlerOutput> => {
    const reach = findReach(folder, { isDraft: true })
    return bundler.bundle(confinedInput({ entry, folder, ...options }, reach))
  }
  return {
    async bundle() {
      const { code, map, sizes } = await bundle({ withSources: true })
      const files = Object.entries(sizes).filter(([path]) => !path.startsWith(DISABLED))
      const inputs = files.map(([path, bytes]) => ({ path, bytes }))
      return { ...createBundle(code), map, inputs: inputs.toSorted((a, b) => b.bytes - a.bytes) }
    },
    async module() {
      const { code, inputs } = await bundle({ format: 'esm' })
      // The bundler writes above each file where it was: of a dependency that says how the machine keeps it.
      const foreign = new Set(
        Object.keys(inputs)
          .filter((path) => path.startsWith('../') || path.includes('node_modules/'))
          .map((path) => `// ${path}`),
      )
      return createBundle(
        code
          .split('\n')
          .filter((line) => !foreign.has(line))
          .join('\n'),
      ).code
    },
    close: bundler.close,
  }
}
