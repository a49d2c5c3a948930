import type { Fault } from '../../base/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import type { PluginPackage } from '../../blocks/index.ts'
import { toBundle, type BundleInput, type BundlerOutput } from './bundle.ts'
import { confinedInput } from './bundle-source.ts'
import { createConfinedBundler } from './bundler.ts'
import { findReach } from './files/index.ts'

/** A bundle with details of its content, for its author. */
export interface DraftBundle extends Bundle {
  /** Source map, version 3, JSON, with the source; its sources are relative to the package. */
  map: string
  /** The files in the bundle with the bytes that they contribute, the largest first. */
  inputs: { path: string; bytes: number }[]
  /** Imports of Node modules, in dependencies, that throw an error when they are used. */
  warnings: Fault[]
}

/** Bundles a package repeatedly and processes only changes. */
interface DraftBundler {
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID like `bundlePackage` */
  bundle(): Promise<DraftBundle>
  /**
   * Bundles the entry of a package and all its imports into one ES module, for publishing. The module imports only
   * modules that the host provides. The same source produces the same text, whatever its directory.
   *
   * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID like `bundlePackage`
   */
  module(): Promise<string>
  close(): void
}

/** The prefix of a file that a package disables for browsers. Its content is not in the bundle. */
const DISABLED = '(disabled):'

export function createDraftBundler({ entry, folder }: PluginPackage): DraftBundler {
  const bundler = createConfinedBundler()
  const bundle = async (options: Partial<BundleInput>): Promise<BundlerOutput> => {
    const reach = findReach(folder, { isDraft: true })
    return bundler.bundle(confinedInput({ entry, folder, ...options }, reach))
  }
  return {
    async bundle() {
      const { code, map, sizes, warnings } = await bundle({ withSources: true })
      const files = Object.entries(sizes).filter(([path]) => !path.startsWith(DISABLED))
      const inputs = files.map(([path, bytes]) => ({ path, bytes }))
      return { ...toBundle(code), map, inputs: inputs.toSorted((a, b) => b.bytes - a.bytes), warnings }
    },
    async module() {
      const { code, inputs } = await bundle({ format: 'esm' })
      // The bundler writes a comment with its path above each file. The path of a dependency depends on the machine.
      const foreign = new Set(
        Object.keys(inputs)
          .filter((path) => path.startsWith('../') || path.includes('node_modules/'))
          .map((path) => `// ${path}`),
      )
      return toBundle(
        code
          .split('\n')
          .filter((line) => !foreign.has(line))
          .join('\n'),
      ).code
    },
    close: bundler.close,
  }
}
