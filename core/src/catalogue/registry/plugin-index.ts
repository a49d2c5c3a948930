import type pg from 'pg'
import { channelName, type Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import type { Plugin, PluginOrigin, PluginReport } from '../../blocks/index.ts'
import { describeFailure } from './failure-message.ts'
import { PluginFlawed } from '../loading/index.ts'
import type { BundleStore, LoadReports } from './registry.ts'

/**
 * Which plugins the installation has, as rows: what every process goes by.
 *
 * A *workspace* is the plugin folders, and the packages that the configuration names, of one machine. Its workers write what they
 * find in it to rows of its own, and touch no others. Besides there is what was installed from the store. Of these {@link read}
 * makes the one list: each package once, from the workspaces' folders if it is there, else from the packages that are named, else
 * from the store; where workspaces differ, as it was changed last. A name or block id belongs to the first that claims it, in
 * this order. A workspace that no worker has been in for ten minutes, while one has been in another, is forgotten.
 */
export interface PluginIndex {
  /**
   * Replaces the rows of a workspace, and notifies when they differ from those that were there.
   *
   * @param scannedAt when the scan that found them began, see {@link clock}
   */
  write(workspaceId: string, found: readonly FoundPlugin[], scannedAt?: string): Promise<void>
  /** The time of the database, as SQL text with microseconds. */
  clock(): Promise<string>
  /** A worker is still there. @returns false where its workspace was forgotten meanwhile */
  renew(workspaceId: string): Promise<boolean>
  /** Forgets a workspace. @returns false where it is not there */
  remove(workspaceId: string): Promise<boolean>
  read: LoadReports
}

/** How it went with a plugin of a workspace. */
export interface FoundPlugin extends Pick<PluginReport, 'packageName' | 'version' | 'origin' | 'error'> {
  /** Of its bundle, which was kept; none when it has an error. */
  digest?: string
}

interface WorkspaceRow {
  package_name: string
  version: string
  source: PluginOrigin
  status: PluginReport['status']
  digest: string | null
  error: PluginReport['error'] | null
}

const FORGET = `delete from plugin_workspace where seen_at < now() - interval '10 minutes'`
const FIND = `
  select package_name, version, source, status, digest, error, 0 as rank, changed_at, position from workspace_plugin
  union all
  select v.package_name, v.version, 'STORE', 'LOADED', v.digest, null, 1, p.installed_at, 0
  from plugin_package p join plugin_version v on v.id = p.installed_id
  order by rank, changed_at desc, position, package_name`

export function createPluginIndex({ pool, transact }: Database, bundles: BundleStore): PluginIndex {
  return {
    write: (workspaceId, found, scannedAt) =>
      transact(async (client) => {
        await writeRows(client, workspaceId, found.map(toRow))
        if (scannedAt !== undefined)
          await client.query('update plugin_workspace set scanned_at = $2 where id = $1', [workspaceId, scannedAt])
      }),
    async clock() {
      const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now')
      return rows[0]?.now ?? ''
    },
    async renew(workspaceId) {
      const renewed = await pool.query('update plugin_workspace set seen_at = now() where id = $1', [workspaceId])
      const { rowCount } = await pool.query(FORGET)
      if (rowCount) await pool.query(NOTIFY)
      return renewed.rowCount === 1
    },
    async remove(workspaceId) {
      const { rowCount } = await pool.query('delete from plugin_workspace where id = $1', [workspaceId])
      if (rowCount) await pool.query(NOTIFY)
      return rowCount === 1
    },
    async read(known) {
      const { rows } = await pool.query<WorkspaceRow & { position: number }>(FIND)
      const wanted = chosen(rows)
      const unknown = wanted.map(({ digest }) => digest ?? '').filter((digest) => digest !== '' && !known.has(digest))
      const found = await bundles.findAll([...new Set(unknown)])
      const reports = wanted.map((row) => reportOf(row, known.get(row.digest ?? '') ?? found.get(row.digest ?? '')))
      return refuseDuplicates(reports).map(withDescription)
    },
  }
}

const NOTIFY = `select pg_notify('${channelName('plugins')}', '')`

/** The row of the workspace makes writers take turns. What has not changed keeps the time at which it did. */
async function writeRows(client: pg.PoolClient, workspaceId: string, wanted: WorkspaceRow[]): Promise<void> {
  await client.query(
    'insert into plugin_workspace (id, seen_at) values ($1, now()) on conflict (id) do update set seen_at = now()',
    [workspaceId],
  )
  const { rowCount } = await client.query(FORGET)
  const { rows } = await client.query<WorkspaceRow & { changed_at: Date }>(
    `select package_name, version, source, status, digest, error, changed_at
     from workspace_plugin where workspace_id = $1 order by position`,
    [workspaceId],
  )
  const before = new Map(rows.map(({ changed_at: at, ...row }) => [JSON.stringify(row), at]))
  const texts = wanted.map((row) => JSON.stringify(row))
  const isSame = rows.length === wanted.length && [...before.keys()].every((text, i) => text === texts[i])
  if (isSame && !rowCount) return
  await client.query('delete from workspace_plugin where workspace_id = $1', [workspaceId])
  await client.query(
    `insert into workspace_plugin
       (workspace_id, package_name, version, source, status, digest, error, changed_at, position)
     select $1, name, version, source, status, digest, error, coalesce(at, clock_timestamp()), position
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::timestamptz[])
       with ordinality as given (name, version, source, status, digest, error, at, position)`,
    [workspaceId, ...columnsOf(wanted), texts.map((text) => before.get(text) ?? null)],
  )
  await client.query(NOTIFY)
}

function toRow({ packageName, version, origin, digest, error }: FoundPlugin): WorkspaceRow {
  const status = error ? 'FAILED' : 'LOADED'
  return { package_name: packageName, version, source: origin, status, digest: digest ?? null, error: error ?? null }
}

function columnsOf(rows: WorkspaceRow[]): unknown[][] {
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

/** Each package once; the folders of the workspaces first, in their order. @param rows those that were changed last first */
function chosen(rows: (WorkspaceRow & { position: number })[]): WorkspaceRow[] {
  const byOrigin = rows.toSorted((a, b) => ORIGINS.indexOf(a.source) - ORIGINS.indexOf(b.source))
  const first = new Map<string, WorkspaceRow & { position: number }>()
  for (const row of byOrigin) if (!first.has(row.package_name)) first.set(row.package_name, row)
  return ORIGINS.flatMap((origin) =>
    [...first.values()].filter(({ source }) => source === origin).toSorted((a, b) => a.position - b.position),
  )
}

function reportOf(
  { package_name: packageName, version, source: origin, status, error }: WorkspaceRow,
  stored: Plugin | AshlarError | undefined,
): PluginReport {
  if (stored instanceof AshlarError) return failedReport({ packageName, version, origin }, stored)
  const plugin = stored && withFacts(stored, packageName, version)
  return { packageName, version, origin, status, ...(plugin && { plugin }), ...(error && { error }) }
}

/** A version that changed nothing in the code has the bundle of the one before it, which names that one. */
function withFacts(plugin: Plugin, packageName: string, version: string): Plugin {
  if (plugin.packageName === packageName && plugin.version === version) return plugin
  const { bundle, builtin, providers, name } = plugin
  const blocks = plugin.blocks.map(({ plugin: _, ...block }) => block)
  const copy: Plugin = { packageName, version, name, bundle, builtin, providers, blocks: [] }
  copy.blocks = blocks.map((block) => ({ ...block, plugin: copy }))
  return copy
}

/** What a plugin claims for itself: no two packages may have it. */
export function claimsOf(plugin: Plugin): string[] {
  return [`plugin name "${plugin.name}"`, ...plugin.blocks.map(({ id }) => `block id ${id}`)]
}

function refuseDuplicates(reports: PluginReport[]): PluginReport[] {
  const owners = new Map<string, string>()
  return reports.map((each) => {
    if (!each.plugin) return each
    const claims = claimsOf(each.plugin)
    const taken = claims.find((claim) => owners.has(claim))
    if (taken === undefined) {
      for (const claim of claims) owners.set(claim, each.packageName)
      return each
    }
    return failedReport(each, takenClaim(taken, owners.get(taken)))
  })
}

function withDescription(report: PluginReport): PluginReport {
  const { error } = report
  return error ? { ...report, error: { code: error.code, message: describeFailure(report, error) } } : report
}

function failedReport(
  { packageName, version, origin }: Pick<PluginReport, 'packageName' | 'version' | 'origin'>,
  { code, message }: AshlarError,
): PluginReport {
  return { packageName, version, origin, status: 'FAILED', error: { code, message } }
}

/** @param path the field in which what claims it was given */
export function takenClaim(claim: string, owner: string | undefined, path?: string): AshlarError {
  const text = claim.endsWith('"') ? claim.slice(claim.indexOf('"')) : `"${claim.split(' ').at(-1)}"`
  const flaw = { message: `${claim} belongs to ${owner} already`, at: [text] }
  return new PluginFlawed('DUPLICATE_BLOCK', [flaw], path === undefined ? {} : { path: [path] })
}
