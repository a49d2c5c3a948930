import type pg from 'pg'
import { AshlarError } from '../../base/index.ts'
import type { Plugin } from '../../blocks/index.ts'
import { channelName, type Database } from '../../postgres/index.ts'
import type { BundleStore, PluginRegistry } from '../registry/index.ts'
import { assertUnclaimed, chooseVersion, conflict, notInstalled } from './packages.ts'
import type { PluginVersion } from './plugin-version.ts'

/**
 * The published plugins that accounts install for themselves. The methods do not check who calls them.
 *
 * A package that the installation provides cannot be installed. If the installation starts to provide a package later,
 * its version hides that of the accounts until it is removed again.
 */
export interface AccountPlugins {
  /**
   * @param version
   * @default the newest version that is not a prerelease
   * @throws {AshlarError} NOT_FOUND, CONFLICT, DUPLICATE_BLOCK, FORBIDDEN for a plugin that calls host functions,
   * LIMIT_EXCEEDED above 100 plugins
   */
  install(accountId: string, packageName: string, version?: string): Promise<void>
  /** Changes the version of an installed plugin. @throws {AshlarError} NOT_FOUND CONFLICT FORBIDDEN DUPLICATE_BLOCK */
  setVersion(accountId: string, packageName: string, version: string): Promise<void>
  /** Uninstalls a plugin. Graph versions that pin its blocks still run. @throws {AshlarError} NOT_FOUND */
  uninstall(accountId: string, packageName: string): Promise<void>
}

interface Parts {
  database: Database
  plugins: PluginRegistry
  bundles: BundleStore
  listVersions(packageNames: readonly string[]): Promise<Map<string, PluginVersion[]>>
}

const MAX_INSTALLED = 100

export function createAccountPlugins(parts: Parts): AccountPlugins {
  const { plugins, listVersions } = parts
  const versionsOf = async (packageName: string): Promise<PluginVersion[]> =>
    (await listVersions([packageName])).get(packageName) ?? []
  return {
    async install(accountId, packageName, wanted) {
      assertNotProvided(plugins, packageName)
      const versions = await versionsOf(packageName)
      const chosen = chooseVersion(versions, packageName, wanted)
      await changeAccount(parts, accountId, async (client) => {
        const current = await findInstalledId(client, accountId, packageName)
        if (current === chosen.id || (current !== null && wanted === undefined)) return
        const installed = versions.find(({ id }) => id === current)
        if (current !== null)
          throw conflict(
            `${packageName} is already installed in version ${installed?.version}; change it with setPluginVersion`,
            'version',
          )
        await assertRoom(client, accountId)
        await store(parts, client, accountId, chosen)
      })
    },
    async setVersion(accountId, packageName, wanted) {
      const versions = await versionsOf(packageName)
      await changeAccount(parts, accountId, async (client) => {
        if ((await findInstalledId(client, accountId, packageName)) === null) throw notInstalled(packageName)
        assertNotProvided(plugins, packageName)
        await store(parts, client, accountId, chooseVersion(versions, packageName, wanted))
      })
    },
    uninstall: (accountId, packageName) =>
      changeAccount(parts, accountId, async (client) => {
        const text = 'delete from plugin_installation where account_id = $1 and package_name = $2'
        const { rowCount } = await client.query(text, [accountId, packageName])
        if (!rowCount) throw notInstalled(packageName)
      }),
  }
}

/** Locks the account, so that its plugins change one at a time and it is not deleted during a change. */
async function changeAccount(
  { database, plugins }: Parts,
  accountId: string,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  await database.transact(async (client) => {
    await client.query('select from account where id = $1 for no key update', [accountId])
    await work(client)
    await client.query(`select pg_notify('${channelName('plugins')}', $1)`, [accountId])
  })
  plugins.forget(accountId)
}

async function store(
  { plugins, bundles }: Parts,
  client: pg.PoolClient,
  accountId: string,
  { id, packageName, digest }: PluginVersion,
): Promise<void> {
  const plugin = await bundles.find(digest, client)
  if (plugin) {
    assertNoHostFunctions(plugin)
    await assertUnclaimed(client, plugin, plugins.reports(), 'packageName')
  }
  await client.query(
    `insert into plugin_installation (account_id, package_name, version_id, installed_at) values ($1, $2, $3, now())
     on conflict (account_id, package_name) do update set version_id = excluded.version_id`,
    [accountId, packageName, id],
  )
}

async function findInstalledId(client: pg.PoolClient, accountId: string, packageName: string): Promise<string | null> {
  const text = 'select version_id from plugin_installation where account_id = $1 and package_name = $2'
  return (await client.query<{ version_id: string }>(text, [accountId, packageName])).rows[0]?.version_id ?? null
}

async function assertRoom(client: pg.PoolClient, accountId: string): Promise<void> {
  const text = 'select count(*)::int as count from plugin_installation where account_id = $1'
  const { rows } = await client.query<{ count: number }>(text, [accountId])
  if ((rows[0]?.count ?? 0) < MAX_INSTALLED) return
  const message = `an account can install at most ${MAX_INSTALLED} plugins: uninstall one that you do not use`
  throw new AshlarError('LIMIT_EXCEEDED', message, { details: { path: ['packageName'] } })
}

/**
 * Host functions are code of the operator, who decides which plugins call them.
 *
 * @throws {AshlarError} FORBIDDEN
 */
function assertNoHostFunctions({ packageName, blocks }: Plugin): void {
  const block = blocks.find(({ capabilities }) => capabilities.host)
  if (!block) return
  const message = `the block ${block.qualifiedName} of ${packageName} calls functions of the operator: only the owner of the installation can install the plugin, for all accounts`
  throw new AshlarError('FORBIDDEN', message, { details: { path: ['packageName'] } })
}

/** @throws {AshlarError} CONFLICT */
function assertNotProvided(plugins: PluginRegistry, packageName: string): void {
  const provided = plugins.report(packageName)
  if (!provided) return
  const message = `${packageName} ${provided.version} is already provided to all accounts by this installation`
  throw conflict(message, 'packageName')
}
