import { Batcher, AshlarError } from '../../base/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { buildPlugin, type Plugin, type PluginPackage } from '../../blocks/index.ts'
import { bundleKey, type CachedBundle } from './bundle-cache.ts'
import { listDependencyPaths } from './bundle-inputs.ts'
import { bundlePackage, type MappedBundle } from '../bundle/index.ts'
import { type BrokenPackage, describePackage } from '../loading/index.ts'
import type { FoundPlugin, BundleStore } from '../registry/index.ts'
import type { Stamper } from './stamps.ts'

/** The result of loading one package. */
interface LoadedPackage {
  found: FoundPlugin
  /** Undefined when changes cannot be detected: the package is then bundled again at the next scan. */
  cached?: CachedBundle
}

/** Loads one package. Returns `cached` when it is still valid. */
type LoadPackage = (plugin: PluginPackage | BrokenPackage, cached: CachedBundle | undefined) => Promise<LoadedPackage>

/** The maximum number of rows in one statement. */
const MAX_BATCH = 100

/**
 * Loads the packages of one scan. An unchanged package is neither bundled nor evaluated. A changed package with an
 * unchanged bundle is not evaluated. A package that fails does not affect the others.
 */
export function createPackageLoader(sandbox: Sandbox, bundles: BundleStore, stamper: Stamper): LoadPackage {
  const isSaved = new Batcher<string, boolean>(MAX_BATCH, async (digests) => {
    const kept = await bundles.findCurrent(digests)
    return digests.map((digest) => kept.has(digest))
  })
  const saveMap = new Batcher<MappedBundle, void>(MAX_BATCH, async (mapped) => {
    await bundles.saveMaps(new Map(mapped.map(({ digest, map }) => [digest, map])))
    return mapped.map(() => undefined)
  })
  const save = new Batcher<Plugin, void>(MAX_BATCH, async (plugins) => {
    await bundles.save(plugins)
    return plugins.map(() => undefined)
  })
  const saveBundle = async (plugin: PluginPackage, bundle: MappedBundle): Promise<void> => {
    if (await isSaved.add(bundle.digest)) return saveMap.add(bundle)
    const { packageName, version, origin } = plugin
    const facts = { packageName, version, bundle, builtin: origin === 'WORKSPACE' }
    await save.add(buildPlugin(facts, await describePackage(plugin, bundle, sandbox)))
  }
  return async (plugin, cached) => {
    if ('error' in plugin) return failed({ ...plugin, version: '' }, plugin.error)
    const key = bundleKey(plugin)
    if (cached?.key === key && stamper.matches(cached.stamps)) return loaded(plugin, cached.digest, cached)
    try {
      const { bundle, cached: fresh } = await bundleAndStamp(plugin, key, stamper)
      await saveBundle(plugin, bundle)
      return loaded(plugin, bundle.digest, fresh)
    } catch (error) {
      if (error instanceof AshlarError) return failed(plugin, error)
      throw error
    }
  }
}

async function bundleAndStamp(
  plugin: PluginPackage,
  key: string,
  stamper: Stamper,
): Promise<{ bundle: MappedBundle; cached: CachedBundle | undefined }> {
  const { bundle, inputs, input } = await bundlePackage(plugin)
  const paths = listDependencyPaths(inputs, input, (path) => stamper.stamp(path) !== '')
  // The folder may be a link, whose target can change.
  const stamps = Object.fromEntries([plugin.folder, ...(paths ?? [])].map((path) => [path, stamper.stamp(path)]))
  const isCacheable = paths !== undefined && stamper.areSettled(stamps)
  return { bundle, cached: isCacheable ? { folder: plugin.folder, key, stamps, digest: bundle.digest } : undefined }
}

function loaded({ packageName, version, origin }: PluginPackage, digest: string, cached?: CachedBundle): LoadedPackage {
  return { found: { packageName, version, origin, digest }, ...(cached && { cached }) }
}

function failed(
  { packageName, version, origin }: Pick<PluginPackage, 'packageName' | 'version' | 'origin'>,
  { code, message }: AshlarError,
): LoadedPackage {
  return { found: { packageName, version, origin, error: { code, message } } }
}
