import type pg from 'pg'
import type { Database } from '../database/index.ts'
import { createPlugin, manifestOf, type Plugin } from './block.ts'
import { manifestSchema, type PluginManifest } from './manifest.ts'
import type { BundleStore } from './registry.ts'

const KEEP = `
  insert into plugin_bundle (digest, code, package_name, version, builtin, manifest, created_at)
  values ($1, $2, $3, $4, $5, $6, now()) on conflict (digest) do nothing`

const FIND = 'select package_name, version, builtin, manifest, code from plugin_bundle where digest = $1'

interface BundleRow {
  package_name: string
  version: string
  builtin: boolean
  /** As the release that kept it wrote it. */
  manifest: unknown
  code: string
}

/** An execution may wait for a bundle that this worker does not have: straight queries, as everywhere on its way. */
export function createBundleStore({ pool }: Pick<Database, 'pool'>): BundleStore {
  return {
    async keep(plugin, client: pg.Pool | pg.PoolClient = pool) {
      const { bundle, packageName, version, builtin } = plugin
      const manifest = JSON.stringify(manifestOfPlugin(plugin))
      await client.query(KEEP, [bundle.digest, bundle.code, packageName, version, builtin, manifest])
    },
    async find(digest) {
      const { rows } = await pool.query<BundleRow>({ name: 'ashlar-bundle', text: FIND, values: [digest] })
      if (!rows[0]) return undefined
      const { package_name: packageName, version, builtin, manifest, code } = rows[0]
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
