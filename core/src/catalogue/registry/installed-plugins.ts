import type pg from 'pg'
import { Batcher, Lru, type AshlarError } from '../../base/index.ts'
import type { Plugin, PluginReport } from '../../blocks/index.ts'
import { mergePlugins, type AvailablePlugins } from './available-plugins.ts'
import { rejectDuplicates, toReport, withDescription } from './plugin-reports.ts'

/**
 * Reads the plugins that accounts have installed, in the order of the accounts, without a check of their names.
 *
 * @param findKnown returns a plugin that is in memory, by digest
 */
export type LoadInstalled = (
  accountIds: readonly string[],
  findKnown: (digest: string) => Plugin | undefined,
) => Promise<PluginReport[][]>

interface FindBundles {
  findAll(digests: readonly string[]): Promise<Map<string, Plugin | AshlarError>>
}

const MAX_ACCOUNTS = 1000
const MAX_BATCH = 100

const FIND = `
  select i.account_id, v.package_name, v.version, v.digest
  from plugin_installation i join plugin_version v on v.id = i.version_id
  where i.account_id = any($1) order by i.installed_at, v.package_name`

interface Row {
  account_id: string
  package_name: string
  version: string
  digest: string
}

/** Returns a function that reads the plugins that accounts have installed. */
export function createInstalledReader(pool: pg.Pool, bundles: FindBundles): LoadInstalled {
  return async (accountIds, findKnown) => {
    const { rows } = await pool.query<Row>({ name: 'ashlar-installed', text: FIND, values: [accountIds] })
    const unknown = rows.map(({ digest }) => digest).filter((digest) => !findKnown(digest))
    const found = unknown.length > 0 ? await bundles.findAll([...new Set(unknown)]) : new Map<string, never>()
    const byAccount = Map.groupBy(rows, (row) => row.account_id)
    const read = (row: Row): PluginReport => toInstalled(row, findKnown(row.digest) ?? found.get(row.digest))
    return accountIds.map((id) => (byAccount.get(id) ?? []).map(read))
  }
}

/** The plugins that accounts can use, in memory. */
interface AccountPlugins {
  /** @param getBase returns the plugins of the installation */
  find(accountId: string, getBase: () => AvailablePlugins): Promise<AvailablePlugins>
  /**
   * Later callers do not use an unfinished reading, which may have missed a change.
   *
   * @param accountId
   * @default all accounts
   */
  forget(accountId?: string): void
}

interface Entry {
  installed: Promise<PluginReport[]>
  /** The last result, and the plugins of the installation that it includes. */
  latest?: { base: AvailablePlugins; merged: AvailablePlugins }
}

/** Keeps the plugins of the accounts that used them last. */
export function createAccountPlugins(read: (accountIds: readonly string[]) => Promise<PluginReport[][]>): AccountPlugins {
  const readings = new Batcher<string, PluginReport[]>(MAX_BATCH, read)
  let entries = new Lru<string, Entry>(MAX_ACCOUNTS)
  const open = (accountId: string): Entry => {
    const entry: Entry = { installed: readings.add(accountId) }
    entries.set(accountId, entry)
    entry.installed.catch(() => {
      if (entries.get(accountId) === entry) entries.delete(accountId)
    })
    return entry
  }
  return {
    async find(accountId, getBase) {
      const entry = entries.get(accountId) ?? open(accountId)
      const installed = await entry.installed
      const base = getBase()
      if (entry.latest?.base !== base)
        entry.latest = { base, merged: mergePlugins(base, addInstalled(base.reports(), installed)) }
      return entry.latest.merged
    },
    forget(accountId) {
      if (accountId === undefined) entries = new Lru(MAX_ACCOUNTS)
      else entries.delete(accountId)
    },
  }
}

/**
 * Returns the plugins of an account that are not in the list of the installation. A package of the installation hides
 * the same package of an account. A plugin whose name or block id belongs to a plugin of the installation is reported
 * as FAILED.
 */
function addInstalled(list: readonly PluginReport[], installed: readonly PluginReport[]): PluginReport[] {
  const names = new Set(list.map(({ packageName }) => packageName))
  const added = installed.filter(({ packageName }) => !names.has(packageName))
  if (added.length === 0) return []
  return rejectDuplicates([...list, ...added])
    .slice(list.length)
    .map((report, i) => withDescription({ ...report, accountId: added[i]?.accountId }))
}

function toInstalled(row: Row, stored: Plugin | AshlarError | undefined): PluginReport {
  const { account_id: accountId, package_name: packageName, version } = row
  const report = toReport({ packageName, version, origin: 'STORE', status: 'LOADED' }, stored)
  return { ...report, accountId, ...(report.plugin && { plugin: ofAccount(report.plugin, accountId) }) }
}

/** Executions run the pinned bundle, so that the plugins of an account do not keep code in memory. */
function ofAccount(plugin: Plugin, accountId: string): Plugin {
  const copy: Plugin = { ...plugin, accountId, bundle: { ...plugin.bundle, code: '' }, blocks: [] }
  copy.blocks = plugin.blocks.map((block) => ({ ...block, plugin: copy }))
  copy.providers = plugin.providers.map((provider) => ({ ...provider, accountId }))
  return copy
}
