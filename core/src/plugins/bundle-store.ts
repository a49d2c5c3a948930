import type { EntityManager } from '@mikro-orm/postgresql'
import { createPlugin, manifestOf, type Plugin } from './block.ts'
import { manifestSchema, type PluginManifest } from './manifest.ts'
import { PluginBundle } from './entities.ts'
import type { BundleStore } from './registry.ts'

export function createBundleStore(fork: () => EntityManager): BundleStore {
  return {
    async keep(plugin) {
      const { bundle, packageName, version, builtin } = plugin
      const manifest = manifestOfPlugin(plugin)
      const row = { digest: bundle.digest, code: bundle.code, packageName, version, builtin, manifest, createdAt: new Date() }
      await fork().upsert(PluginBundle, row, { onConflictFields: ['digest'], onConflictAction: 'ignore' })
    },
    async find(digest) {
      const row = await fork().findOne(PluginBundle, { digest })
      if (!row) return undefined
      const { packageName, version, builtin, manifest, code } = row
      return createPlugin({ packageName, version, builtin, bundle: { digest, code } }, manifestSchema.parse(manifest))
    },
  }
}

function manifestOfPlugin({ name, bundle: { memoryMb }, providers, blocks }: Plugin): PluginManifest {
  return {
    name,
    ...(memoryMb !== undefined && { memoryMb }),
    providers: providers.map(({ qualifiedName: _, ...provider }) => provider),
    blocks: blocks.map(manifestOf),
  }
}
