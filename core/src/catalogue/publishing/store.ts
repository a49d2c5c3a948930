import type pg from 'pg'
import { channelName, type Database, type Notifications } from '../../postgres/index.ts'
import type { PluginOrigin } from '../../blocks/index.ts'
import type { BundleStore, PluginRegistry } from '../registry/index.ts'
import { findListings, type Listing } from './listing.ts'
import { PluginVersion } from './plugin-version.ts'
import { compareVersions } from '../package/index.ts'
import { createAccountPlugins, type AccountPlugins } from './account-installs.ts'
import { LOCK_STORE_SQL, assertOwner, assertUnclaimed, chooseVersion, conflict, notInstalled } from './packages.ts'
import type { Submission } from './publish.ts'
import { submit } from './submissions.ts'

/** The plugins that were published to this installation, and those that the installation has installed from them. */
export interface PluginStore {
  ofAccounts: AccountPlugins
  /**
   * Publishes a version of a plugin without installing it. Publishing the same content again has no effect.
   *
   * @throws {AshlarError} TARBALL_INVALID PLUGIN_INVALID PLUGIN_LOAD_FAILED SDK_TOO_OLD SIGNATURE_INVALID
   * DUPLICATE_BLOCK TESTS_FAILED CONFLICT FORBIDDEN MEMORY_LIMIT CPU_LIMIT TIMEOUT
   */
  publish(userId: string, submission: Submission): Promise<PluginVersion>
  /**
   * @param version
   * @default the newest version that is not a prerelease
   * @throws {AshlarError} FORBIDDEN NOT_FOUND CONFLICT
   */
  install(userId: string, packageName: string, version?: string): Promise<void>
  /** Changes the version of an installed plugin. @throws {AshlarError} FORBIDDEN NOT_FOUND */
  setVersion(userId: string, packageName: string, version: string): Promise<void>
  /** Uninstalls a plugin. Graph versions that pin its blocks still run. @throws {AshlarError} FORBIDDEN NOT_FOUND */
  uninstall(userId: string, packageName: string): Promise<void>
  /** Lists the published versions of several packages by package name, the newest first, with one statement. */
  listVersions(packageNames: readonly string[]): Promise<Map<string, PluginVersion[]>>
  findVersions(ids: readonly string[]): Promise<Map<string, PluginVersion>>
  /** Lists the published packages by name. */
  listListings(): Promise<Listing[]>
}

interface StoreParts {
  database: Database
  notifications: Notifications
  plugins: PluginRegistry
  bundles: BundleStore
}

export function createPluginStore(parts: StoreParts): PluginStore {
  const { database } = parts
  const { listVersions, findVersions } = createVersionFinder(database)
  const change = (userId: string, packageName: string, work: InstallChange): Promise<void> =>
    changeInstalled(parts, userId, packageName, work)
  return {
    ofAccounts: createAccountPlugins({ ...parts, listVersions }),
    async publish(userId, submission) {
      const id = await submit(parts, userId, submission)
      const version = (await findVersions([id])).get(id)
      if (!version) throw new Error(`${id} was published, but its row is missing`)
      return version
    },
    install: (userId, packageName, wanted) =>
      change(userId, packageName, async (current) => {
        assertNotLocal(parts.plugins, packageName)
        const versions = (await listVersions([packageName])).get(packageName) ?? []
        const chosen = chooseVersion(versions, packageName, wanted)
        const installed = versions.find(({ id }) => id === current)
        if (!installed || installed === chosen) return chosen
        if (wanted === undefined) return installed
        throw conflict(
          `${packageName} is already installed in version ${installed.version}; change it with setPluginVersion`,
          'version',
        )
      }),
    setVersion: (userId, packageName, wanted) =>
      change(userId, packageName, async (current) => {
        if (current === null) throw notInstalled(packageName)
        const versions = (await listVersions([packageName])).get(packageName) ?? []
        return chooseVersion(versions, packageName, wanted)
      }),
    uninstall: (userId, packageName) =>
      change(userId, packageName, (current) => {
        if (current === null) throw notInstalled(packageName)
        return undefined
      }),
    listVersions,
    findVersions,
    listListings: () => findListings(database.pool),
  }
}

function createVersionFinder({ fork }: Database): Pick<PluginStore, 'listVersions' | 'findVersions'> {
  return {
    async listVersions(packageNames) {
      const found = await fork().find(PluginVersion, { packageName: { $in: [...packageNames] } })
      const sorted = found.toSorted((a, b) => compareVersions(b.version, a.version))
      return Map.groupBy(sorted, ({ packageName }) => packageName)
    },
    async findVersions(ids) {
      const found = await fork().find(PluginVersion, { id: { $in: [...ids] } })
      return new Map(found.map((version) => [version.id, version]))
    },
  }
}

async function changeInstalled(
  { database, plugins, bundles }: StoreParts,
  userId: string,
  packageName: string,
  work: InstallChange,
): Promise<void> {
  await database.transact(async (client) => {
    await assertOwner(client, userId)
    await client.query(LOCK_STORE_SQL)
    const wanted = await work(await installedId(client, packageName))
    const plugin = wanted && (await bundles.find(wanted.digest, client))
    if (plugin) await assertUnclaimed(client, plugin, plugins.reports(), 'packageName')
    const values = [packageName, wanted?.id ?? null]
    await client.query('update plugin_package set installed_id = $2, installed_at = now() where name = $1', values)
    await client.query(`select pg_notify('${channelName('plugins')}', '')`)
  })
  await plugins.reload()
}

/** @returns the version to install; undefined to uninstall */
type InstallChange = (findInstalledId: string | null) => Promise<PluginVersion> | undefined

async function installedId(client: pg.PoolClient, packageName: string): Promise<string | null> {
  const text = 'select installed_id from plugin_package where name = $1'
  return (await client.query<{ installed_id: string | null }>(text, [packageName])).rows[0]?.installed_id ?? null
}

/** Origins that hide a plugin of the store for good. A plugin in development hides it only for a while. */
const LOCAL_ORIGINS: ReadonlySet<PluginOrigin> = new Set<PluginOrigin>(['WORKSPACE', 'PACKAGE'])

/** A plugin in a folder or in the configuration would hide the installed one. @throws {AshlarError} CONFLICT */
function assertNotLocal(plugins: PluginRegistry, packageName: string): void {
  const here = plugins.reports().find((each) => each.packageName === packageName && LOCAL_ORIGINS.has(each.origin))
  if (here)
    throw conflict(
      `${packageName} is already provided by a plugin folder or the configuration file of this installation`,
      'packageName',
    )
}
