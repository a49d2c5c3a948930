import type pg from 'pg'
import { channelName, type Database } from '../../postgres/index.ts'
import type { PluginOrigin, PluginReport } from '../../blocks/index.ts'
import { rejectDuplicates, toReport, withDescription, type ReportFacts } from './plugin-reports.ts'
import type { BundleStore, LoadReports } from './registry.ts'

/**
 * The list of plugins of an installation, stored in the database and shared by all processes.
 *
 * A *source* is a folder of plugins. A *source set* is what one machine scans together: its sources, or the packages
 * that its configuration names. Each set has rows of its own (`workspace_plugin`), which only its workers write.
 * {@link read} merges the rows with the plugins that are installed from the store. It takes each package once: from a
 * plugin in development, else from a source, else from a named package, else from the store. If sets differ, the
 * package that changed last counts. A plugin name or block id belongs to the first package that claims it, in this
 * order. A set that no worker renews for ten minutes is deleted when a worker renews another.
 */
export interface PluginIndex {
  /**
   * Replaces the rows of a source set, and notifies all processes when they changed.
   *
   * @param scannedAt when the scan started, see {@link clock}
   */
  write(sourceSetId: string, found: readonly FoundPlugin[], scannedAt?: string): Promise<void>
  /** The database time, as SQL text with microseconds. */
  clock(): Promise<string>
  /** Keeps a source set for another ten minutes. @returns false when it has expired */
  renew(sourceSetId: string): Promise<boolean>
  /** Deletes a source set. @returns false when it does not exist */
  remove(sourceSetId: string): Promise<boolean>
  read: LoadReports
}

/** The result of loading a plugin of a source set. */
export interface FoundPlugin extends Pick<PluginReport, 'packageName' | 'version' | 'origin' | 'error'> {
  /** The digest of its stored bundle; undefined when it failed. */
  digest?: string
}

interface PluginRow {
  package_name: string
  version: string
  source: PluginOrigin
  status: PluginReport['status']
  digest: string | null
  error: PluginReport['error'] | null
}

const DELETE_EXPIRED = `delete from plugin_workspace where seen_at < now() - interval '10 minutes'`
const FIND = `
  select package_name, version, source, status, digest, error, 0 as rank, changed_at, position from workspace_plugin
  union all
  select v.package_name, v.version, 'STORE', 'LOADED', v.digest, null, 1, p.installed_at, 0
  from plugin_package p join plugin_version v on v.id = p.installed_id
  order by rank, changed_at desc, position, package_name`

export function createPluginIndex({ pool, transact }: Database, bundles: BundleStore): PluginIndex {
  return {
    write: (sourceSetId, found, scannedAt) =>
      transact(async (client) => {
        await writeRows(client, sourceSetId, found.map(toRow))
        if (scannedAt !== undefined)
          await client.query('update plugin_workspace set scanned_at = $2 where id = $1', [sourceSetId, scannedAt])
      }),
    async clock() {
      const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now')
      return rows[0]?.now ?? ''
    },
    async renew(sourceSetId) {
      const renewed = await pool.query('update plugin_workspace set seen_at = now() where id = $1', [sourceSetId])
      const { rowCount } = await pool.query(DELETE_EXPIRED)
      if (rowCount) await pool.query(NOTIFY)
      return renewed.rowCount === 1
    },
    async remove(sourceSetId) {
      const { rowCount } = await pool.query('delete from plugin_workspace where id = $1', [sourceSetId])
      if (rowCount) await pool.query(NOTIFY)
      return rowCount === 1
    },
    async read(known) {
      const { rows } = await pool.query<PluginRow & { position: number }>(FIND)
      const wanted = choosePackages(rows)
      const unknown = wanted.map(({ digest }) => digest ?? '').filter((digest) => digest !== '' && !known.has(digest))
      const found = await bundles.findAll([...new Set(unknown)])
      const reports = wanted.map((row) => toReport(toFacts(row), known.get(row.digest ?? '') ?? found.get(row.digest ?? '')))
      return rejectDuplicates(reports).map(withDescription)
    },
  }
}

const NOTIFY = `select pg_notify('${channelName('plugins')}', '')`

/** The row of the source set serializes writers. A plugin that did not change keeps its `changed_at`. */
async function writeRows(client: pg.PoolClient, sourceSetId: string, wanted: PluginRow[]): Promise<void> {
  await client.query(
    'insert into plugin_workspace (id, seen_at) values ($1, now()) on conflict (id) do update set seen_at = now()',
    [sourceSetId],
  )
  const { rowCount } = await client.query(DELETE_EXPIRED)
  const { rows } = await client.query<PluginRow & { changed_at: Date }>(
    `select package_name, version, source, status, digest, error, changed_at
     from workspace_plugin where workspace_id = $1 order by position`,
    [sourceSetId],
  )
  const before = new Map(rows.map(({ changed_at: at, ...row }) => [JSON.stringify(row), at]))
  const texts = wanted.map((row) => JSON.stringify(row))
  const isSame = rows.length === wanted.length && [...before.keys()].every((text, i) => text === texts[i])
  if (isSame && !rowCount) return
  await client.query('delete from workspace_plugin where workspace_id = $1', [sourceSetId])
  await client.query(
    `insert into workspace_plugin
       (workspace_id, package_name, version, source, status, digest, error, changed_at, position)
     select $1, name, version, source, status, digest, error, coalesce(at, clock_timestamp()), position
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::timestamptz[])
       with ordinality as given (name, version, source, status, digest, error, at, position)`,
    [sourceSetId, ...toColumns(wanted), texts.map((text) => before.get(text) ?? null)],
  )
  await client.query(NOTIFY)
}

function toRow({ packageName, version, origin, digest, error }: FoundPlugin): PluginRow {
  const status = error ? 'FAILED' : 'LOADED'
  return { package_name: packageName, version, source: origin, status, digest: digest ?? null, error: error ?? null }
}

function toColumns(rows: PluginRow[]): unknown[][] {
  return [
    rows.map((row) => row.package_name),
    rows.map(({ version }) => version),
    rows.map(({ source }) => source),
    rows.map(({ status }) => status),
    rows.map(({ digest }) => digest),
    rows.map(({ error }) => (error ? JSON.stringify(error) : null)),
  ]
}

const ORIGINS: PluginOrigin[] = ['DEV', 'WORKSPACE', 'PACKAGE', 'STORE']

/** Takes each package once, ordered by origin and then by position. @param rows the last changed first */
function choosePackages(rows: (PluginRow & { position: number })[]): PluginRow[] {
  const byOrigin = rows.toSorted((a, b) => ORIGINS.indexOf(a.source) - ORIGINS.indexOf(b.source))
  const first = new Map<string, PluginRow & { position: number }>()
  for (const row of byOrigin) if (!first.has(row.package_name)) first.set(row.package_name, row)
  return ORIGINS.flatMap((origin) =>
    [...first.values()].filter(({ source }) => source === origin).toSorted((a, b) => a.position - b.position),
  )
}

function toFacts({ package_name: packageName, version, source: origin, status, error }: PluginRow): ReportFacts {
  return { packageName, version, origin, status, error }
}
