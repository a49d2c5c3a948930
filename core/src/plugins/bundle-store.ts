import type { EntityManager } from '@mikro-orm/postgresql'
import { createPlugin, manifestOf } from './block.ts'
import { PluginBundle } from './entities.ts'
import type { BundleStore } from './registry.ts'

export function createBundleStore(fork: () => EntityManager): BundleStore {
  return {
    async keep({ bundle, packageName, version, builtin, name, blocks }) {
      const manifest = { name, memoryMb: bundle.memoryMb, blocks: blocks.map(manifestOf) }
      const row = { digest: bundle.digest, code: bundle.code, packageName, version, builtin, manifest, createdAt: new Date() }
      await fork().upsert(PluginBundle, row, { onConflictFields: ['digest'], onConflictAction: 'ignore' })
    },
    async find(digest) {
      const row = await fork().findOne(PluginBundle, { digest })
      if (!row) return undefined
      const { packageName, version, builtin, manifest, code } = row
      return createPlugin({ packageName, version, builtin, bundle: { digest, code } }, manifest)
    },
  }
}
