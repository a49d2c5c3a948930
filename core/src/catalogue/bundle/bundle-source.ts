import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { AshlarError } from '../../base/index.ts'
import type { PluginPackage } from '../../blocks/index.ts'
import { toBundle, openBundler, ownerLine, type BundleInput, type BundlerOutput, type MappedBundle } from './bundle.ts'
import { bundleConfined, type ConfinedInput } from './bundler.ts'
import { findReach, isFileIn, readWithin, type Reach } from './files/index.ts'
import { trimSourceMap } from './source-map.ts'

/** A bundle and its inputs. */
interface PackageBundle {
  bundle: MappedBundle
  inputs: BundlerOutput['inputs']
  /** The input of the bundler. */
  input: BundleInput
}

/**
 * Bundles a discovered plugin. A plugin in a folder of the installation is bundled in this process, any other plugin in
 * a separate, confined process.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED with a fault for each location, when it does not compile, imports a Node
 * module or a file outside its package, or is larger than 5 MiB; PLUGIN_INVALID
 */
export async function bundlePackage(source: PluginPackage): Promise<PackageBundle> {
  const { entry, folder, packageName, version, origin } = source
  if (origin === 'WORKSPACE') {
    const input = { entry, folder, minify: packageName.startsWith('@ashlar/') }
    return { ...(await bundleHere(input)), input }
  }
  const reach = findReach(folder, { isDraft: false })
  const input = confinedInput({ entry, folder, banner: ownerLine(packageName, version) }, reach)
  const { code, map, inputs } = await bundleConfined(input)
  return { bundle: toMappedBundle(code, map), inputs, input }
}

async function bundleHere(input: BundleInput): Promise<Pick<PackageBundle, 'bundle' | 'inputs'>> {
  const bundler = await openBundler(input)
  try {
    const { code, map, inputs } = await bundler.bundle()
    return { bundle: toMappedBundle(code, map), inputs }
  } finally {
    await bundler.close()
  }
}

/** @param map a source map as the bundler made it, which names folders of this machine */
export function toMappedBundle(code: string, map: string): MappedBundle {
  return { ...toBundle(code), map: trimSourceMap(map) ?? '' }
}

const MAX_TSCONFIG_BYTES = 1024 * 1024

/**
 * Returns the bundler input for an untrusted package: paths without links, and only the package's own tsconfig.json.
 *
 * @throws {AshlarError} PLUGIN_INVALID when the entry is outside the package
 */
export function confinedInput(input: BundleInput, reach: Reach): ConfinedInput {
  const folder = realpathSync(input.folder)
  const entry = realpathSync(input.entry)
  if (!isFileIn(entry, [folder]))
    throw new AshlarError('PLUGIN_INVALID', 'package.json: "ashlar.blocks" must be a file inside the package')
  return { ...input, folder, entry, confined: { reach, tsconfig: readTsconfig(folder) } }
}

function readTsconfig(folder: string): string {
  const read = readWithin(join(folder, 'tsconfig.json'), [folder], MAX_TSCONFIG_BYTES)
  return 'contents' in read ? String(read.contents) : '{}'
}
