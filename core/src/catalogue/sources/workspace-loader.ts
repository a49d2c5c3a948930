import { Batcher, AshlarError } from '../../base/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createPlugin, type Plugin, type PluginSource } from '../../blocks/index.ts'
import { bundleKey, type CachedBundle } from './bundle-cache.ts'
import { pathsOf } from './bundle-inputs.ts'
import { bundleSource, type MappedBundle } from '../bundle/index.ts'
import { type BrokenSource, describeSource } from '../loading/index.ts'
import type { FoundPlugin, BundleStore } from '../registry/index.ts'
import type { Stamper } from './stamps.ts'

/** How it went with one source. */
interface LoadedSource {
  found: FoundPlugin
  /** None for what cannot be told to be as it was: it is bundled at the next scan as well. */
  cached?: CachedBundle
}

/** Loads one source; what was cached of it is given back when it still holds. */
export type LoadSource = (source: PluginSource | BrokenSource, cached: CachedBundle | undefined) => Promise<LoadedSource>

/** What comes together in one statement. */
const SET = 100

/**
 * Loads sources of one scan. One that is as it was is neither bundled nor evaluated; one whose bundle is the same all the same is not
 * evaluated. One that fails does not keep the others from it.
 */
export function createSourceLoader(sandbox: Sandbox, bundles: BundleStore, stamper: Stamper): LoadSource {
  const isKept = new Batcher<string, boolean>(SET, async (digests) => {
    const kept = await bundles.have(digests)
    return digests.map((digest) => kept.has(digest))
  })
  const keepMap = new Batcher<MappedBundle, void>(SET, async (mapped) => {
    await bundles.keepMaps(new Map(mapped.map(({ digest, map }) => [digest, map])))
    return mapped.map(() => undefined)
  })
  const keep = new Batcher<Plugin, void>(SET, async (plugins) => {
    await bundles.keep(plugins)
    return plugins.map(() => undefined)
  })
  const keepBundle = async (source: PluginSource, bundle: MappedBundle): Promise<void> => {
    if (await isKept.add(bundle.digest)) return keepMap.add(bundle)
    const { packageName, version, origin } = source
    const facts = { packageName, version, bundle, builtin: origin === 'WORKSPACE' }
    await keep.add(createPlugin(facts, await describeSource(source, bundle, sandbox)))
  }
  return async (source, cached) => {
    if ('error' in source) return failed({ ...source, version: '' }, source.error)
    const key = bundleKey(source)
    if (cached?.key === key && stamper.areSame(cached.stamps)) return loaded(source, cached.digest, cached)
    try {
      const { bundle, cached: fresh } = await bundleAndStamp(source, key, stamper)
      await keepBundle(source, bundle)
      return loaded(source, bundle.digest, fresh)
    } catch (error) {
      if (error instanceof AshlarError) return failed(source, error)
      throw error
    }
  }
}

async function bundleAndStamp(
  source: PluginSource,
  key: string,
  stamper: Stamper,
): Promise<{ bundle: MappedBundle; cached: CachedBundle | undefined }> {
  const { bundle, inputs, input } = await bundleSource(source)
  const paths = pathsOf(inputs, input, (path) => stamper.of(path) !== '')
  // The folder may be a link, which can lead elsewhere later.
  const stamps = Object.fromEntries([source.folder, ...(paths ?? [])].map((path) => [path, stamper.of(path)]))
  const canTell = paths !== undefined && stamper.areSettled(stamps)
  return { bundle, cached: canTell ? { folder: source.folder, key, stamps, digest: bundle.digest } : undefined }
}

function loaded({ packageName, version, origin }: PluginSource, digest: string, cached?: CachedBundle): LoadedSource {
  return { found: { packageName, version, origin, digest }, ...(cached && { cached }) }
}

function failed(
  { packageName, version, origin }: Pick<PluginSource, 'packageName' | 'version' | 'origin'>,
  { code, message }: AshlarError,
): LoadedSource {
  return { found: { packageName, version, origin, error: { code, message } } }
}
