import { version as bundlerVersion } from 'esbuild'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../../postgres/index.ts'
import { bundleOptions } from '../bundle/index.ts'
import type { PluginPackage } from '../../blocks/index.ts'
import { RELEASE } from '../registry/index.ts'
import type { Stamps } from './stamps.ts'

/** A cached bundle. It is valid while the files that it depends on do not change. */
export interface CachedBundle {
  /** Folder of the package. */
  folder: string
  /** See {@link bundleKey}. */
  key: string
  /** The stamps of everything that it depends on. */
  stamps: Stamps
  digest: string
}

/** Caches bundles in the database. A missing or invalid row only costs time: the plugin is bundled again. */
export interface BundleCache {
  /** @returns the cached bundles by folder */
  read(sourceSetId: string): Promise<Map<string, CachedBundle>>
  /** @param before the result of `read` */
  write(sourceSetId: string, wanted: readonly CachedBundle[], before: ReadonlyMap<string, CachedBundle>): Promise<void>
}

/** Returns a key of how a plugin is bundled: the releases of Ashlar and the bundler, and the options. */
export function bundleKey({ entry, folder, packageName, version, origin }: PluginPackage): string {
  const { plugins: _, ...options } = bundleOptions({ entry, folder })
  const owner = origin === 'WORKSPACE' ? [process.env.NODE_PATH ?? ''] : [packageName, version]
  const facts = [RELEASE, bundlerVersion, options, origin, owner]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

const rowSchema = z.object({
  folder: z.string(),
  key: z.string(),
  stamps: z.record(z.string(), z.string()),
  digest: z.string(),
})

export function createBundleCache({ pool }: Pick<Database, 'pool'>): BundleCache {
  return {
    async read(sourceSetId) {
      const { rows } = await pool.query('select folder, key, stamps, digest from bundle_cache where workspace_id = $1', [
        sourceSetId,
      ])
      const kept = rows.map((row) => rowSchema.safeParse(row).data).filter((row) => row !== undefined)
      return new Map(kept.map((row) => [row.folder, row]))
    },
    async write(sourceSetId, wanted, before) {
      const fresh = wanted.filter((each) => before.get(each.folder) !== each)
      const folders = new Set(wanted.map(({ folder }) => folder))
      if (before.size > 0 && [...before.keys()].some((folder) => !folders.has(folder)))
        await pool.query('delete from bundle_cache where workspace_id = $1 and folder <> all($2)', [sourceSetId, [...folders]])
      if (fresh.length > 0) await pool.query(WRITE, [sourceSetId, ...toColumns(fresh)])
    },
  }
}

/** Writes in the order of folders, so that two workers of a source set do not deadlock. */
const WRITE = `
  insert into bundle_cache (workspace_id, folder, key, stamps, digest)
  select $1, folder, key, stamps, digest
  from unnest($2::text[], $3::text[], $4::json[], $5::text[]) as given (folder, key, stamps, digest)
  order by folder
  on conflict (workspace_id, folder) do update set key = excluded.key, stamps = excluded.stamps, digest = excluded.digest`

function toColumns(rows: readonly CachedBundle[]): unknown[][] {
  return [
    rows.map(({ folder }) => folder),
    rows.map(({ key }) => key),
    rows.map(({ stamps }) => JSON.stringify(stamps)),
    rows.map(({ digest }) => digest),
  ]
}
