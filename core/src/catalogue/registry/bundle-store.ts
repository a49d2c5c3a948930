import type pg from 'pg'
import { z } from 'zod'
import type { Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import { buildPlugin, toBlockManifest, type Plugin, manifestSchema, type PluginManifest } from '../../blocks/index.ts'
import type { BundleFacts, BundleStore } from './registry.ts'
import { RELEASE } from './release.ts'

const SAVE = `
  insert into plugin_bundle (digest, code, package_name, version, builtin, manifest, source_map, release, created_at)
  select digest, code, name, version, builtin, manifest, source_map, $8, now()
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::json[], $7::text[])
    as given (digest, code, name, version, builtin, manifest, source_map)
  order by digest on conflict (digest) do update set manifest = excluded.manifest, release = excluded.release,
    source_map = coalesce(excluded.source_map, plugin_bundle.source_map)
  where plugin_bundle.release <> excluded.release or excluded.source_map is distinct from plugin_bundle.source_map`

/**
 * Lines of the source can move without a change of the code. Writes in the order of digests, so that two workers do not
 * deadlock.
 */
const SAVE_MAPS = `
  with given as (select distinct on (digest) digest, source_map from unnest($1::text[], $2::text[]) as given (digest, source_map)),
    changed as (
      select b.digest from plugin_bundle b join given using (digest)
      where b.source_map is distinct from given.source_map order by b.digest for update of b)
  update plugin_bundle b set source_map = given.source_map from given, changed
  where b.digest = given.digest and b.digest = changed.digest`
const FIND_MAP = 'select source_map from plugin_bundle where digest = $1'

const FIND = 'select digest, package_name, version, builtin, manifest, code from plugin_bundle where digest = any($1)'
const FIND_CURRENT = 'select digest from plugin_bundle where digest = any($1) and release = $2'
const FIND_OUTDATED = `
  select distinct b.digest from plugin_version v join plugin_bundle b on b.digest = v.digest
  where v.id in (select installed_id from plugin_package union select version_id from plugin_installation)
    and b.release <> $1`
/** The maximum number of bundles to read in one query. Each may be 5 MiB long. */
const MAX_READ = 50

interface BundleRow {
  digest: string
  package_name: string
  version: string
  builtin: boolean
  /** In the format of the release that saved it. */
  manifest: unknown
  code: string
}

/**
 * Executions can wait for a bundle that this worker does not have, so the store sends plain queries without the ORM.
 */
export function createBundleStore({ pool }: Pick<Database, 'pool'>): BundleStore {
  const read = async (digests: readonly string[], client: pg.Pool | pg.PoolClient = pool): Promise<BundleRow[]> =>
    (await client.query<BundleRow>({ name: 'ashlar-bundle', text: FIND, values: [digests] })).rows
  return {
    async save(plugins, client: pg.Pool | pg.PoolClient = pool) {
      await client.query(SAVE, [
        plugins.map(({ bundle }) => bundle.digest),
        plugins.map(({ bundle }) => bundle.code),
        plugins.map(({ packageName }) => packageName),
        plugins.map(({ version }) => version),
        plugins.map(({ builtin }) => builtin),
        plugins.map((plugin) => JSON.stringify(toPluginManifest(plugin))),
        plugins.map(({ bundle }) => bundle.map ?? null),
        RELEASE,
      ])
    },
    async saveMaps(maps) {
      await pool.query(SAVE_MAPS, [[...maps.keys()], [...maps.values()]])
    },
    async sourceMap(digest) {
      const { rows } = await pool.query<{ source_map: string | null }>(FIND_MAP, [digest])
      return rows[0]?.source_map ?? ''
    },
    async findCurrent(digests) {
      const { rows } = await pool.query<Pick<BundleRow, 'digest'>>(FIND_CURRENT, [digests, RELEASE])
      return new Set(rows.map(({ digest }) => digest))
    },
    async find(digest, client) {
      const [row] = await read([digest], client)
      const plugin = row && toPlugin(row)
      return plugin instanceof AshlarError ? undefined : plugin
    },
    async readFacts(digest) {
      const [row] = await read([digest])
      return row && toFacts(row)
    },
    async listOutdated() {
      const { rows } = await pool.query<Pick<BundleRow, 'digest'>>(FIND_OUTDATED, [RELEASE])
      return rows.map(({ digest }) => digest)
    },
    async findAll(digests) {
      const found = new Map<string, Plugin | AshlarError>()
      for (let i = 0; i < digests.length; i += MAX_READ)
        for (const row of await read(digests.slice(i, i + MAX_READ))) found.set(row.digest, toPlugin(row))
      return found
    },
  }
}

function toPlugin(row: BundleRow): Plugin | AshlarError {
  const parsed = manifestSchema.safeParse(row.manifest)
  if (parsed.success) return buildPlugin(toFacts(row), parsed.data)
  const why = z.prettifyError(parsed.error)
  return new AshlarError('PLUGIN_INVALID', `its manifest is not valid in this release of Ashlar: ${why}`)
}

function toFacts({ digest, package_name: packageName, version, builtin, code }: BundleRow): BundleFacts {
  return { packageName, version, builtin, bundle: { digest, code } }
}

function toPluginManifest({ name, bundle: { memoryMb }, isolated, providers, blocks }: Plugin): PluginManifest {
  return {
    name,
    ...(memoryMb !== undefined && { memoryMb }),
    ...(isolated !== undefined && { isolated }),
    providers: providers.map(({ qualifiedName: _, ...provider }) => provider),
    blocks: blocks.map(toBlockManifest),
  }
}
