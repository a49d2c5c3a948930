import { Batcher } from '../database/index.ts'
import { AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import { buildPlugin, type Plugin } from './block.ts'
import { bundleKey, type CachedBundle } from './bundle-cache.ts'
import { listDependencyPaths } from './bundle-inputs.ts'
import { bundlePackage, type MappedBundle } from './bundling/index.ts'
import type { BrokenPackage, PluginPackage } from './discover.ts'
import { describePackage } from './load.ts'
import type { FoundPlugin } from './plugin-index.ts'
import type { BundleStore } from './registry.ts'
import type { Stamper } from './stamps.ts'

/** How it went with one source. */
interface LoadedPackage {
  found: FoundPlugin
  /** None for what cannot be told to be as it was: it is bundled at the next scan as well. */
  cached?: CachedBundle
}

/** Loads one source; what was cached of it is given back when it still holds. */
type LoadPackage = (source: PluginPackage | BrokenPackage, cached: CachedBundle | undefined) => Promise<LoadedPackage>

/** What comes together in one statement. */
const MAX_BATCH = 100

/**
 * Loads sources of one scan. One that is as it was is neither bundled nor evaluated; one whose bundle is the same all the same is not
 * evaluated. One that fails does not keep the others from it.
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
  const saveBundle = async (source: PluginPackage, bundle: MappedBundle): Promise<void> => {
    if (await isSaved.add(bundle.digest)) return saveMap.add(bundle)
    const { packageName, version, origin } = source
    const facts = { packageName, version, bundle, builtin: origin === 'WORKSPACE' }
    await save.add(buildPlugin(facts, await describePackage(source, bundle, sandbox)))
  }
  return async (source, cached) => {
    if ('error' in source) return failed({ ...source, version: '' }, source.error)
    const key = bundleKey(source)
    if (cached?.key === key && stamper.matches(cached.stamps)) return loaded(source, cached.digest, cached)
    try {
      const { bundle, cached: fresh } = await bundleAndStamp(source, key, stamper)
      await saveBundle(source, bundle)
      return loaded(source, bundle.digest, fresh)
    } catch (error) {
      if (error instanceof AshlarError) return failed(source, error)
      throw error
    }
  }
}

async function bundleAndStamp(
  source: PluginPackage,
  key: string,
  stamper: Stamper,
): Promise<{ bundle: MappedBundle; cached: CachedBundle | undefined }> {
  const { bundle, inputs, input } = await bundlePackage(source)
  const paths = listDependencyPaths(inputs, input, (path) => stamper.stamp(path) !== '')
  // The folder may be a link, which can lead elsewhere later.
  const stamps = Object.fromEntries([source.folder, ...(paths ?? [])].map((path) => [path, stamper.stamp(path)]))
  const isCacheable = paths !== undefined && stamper.areSettled(stamps)
  return { bundle, cached: isCacheable ? { folder: source.folder, key, stamps, digest: bundle.digest } : undefined }
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
