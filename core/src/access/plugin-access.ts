import type { DevPlugins } from '../catalogue/dev/index.ts'
import type { PluginStore, PluginVersion } from '../catalogue/publishing/index.ts'
import type { PluginScans } from '../catalogue/sources/index.ts'
import type { Catalogue, Catalogues, PluginVersionStatus } from '../catalogue/listing/index.ts'
import {
  accountsOf,
  chooseAccount,
  hasRole,
  requireAllGraphs,
  requireScope,
  type ApiKeyScope,
  type Caller,
  type Need,
} from '../domains/accounts/index.ts'

export interface PluginServices extends Catalogues {
  devPlugins: DevPlugins
  pluginScans: PluginScans
  pluginStore: PluginStore
}

const NO_ITEMS = { items: [], hasMore: false }
const READ: Need = { role: 'VIEWER', purpose: 'read plugins' }
const INSTALL: Need = { role: 'ADMIN', purpose: 'install plugins' }

/**
 * The plugins that a caller may use, publish and install: see {@link PluginStore} and {@link DevPlugins}. The OWNER of
 * the installation manages its plugins, and an ADMIN of an account those of the account.
 */
export class PluginAccess {
  readonly #services: PluginServices
  readonly #caller: Caller

  constructor(services: PluginServices, caller: Caller) {
    this.#services = services
    this.#caller = caller
  }

  async publish(submission: Parameters<PluginStore['publish']>[1]): Promise<PluginVersion> {
    return this.#services.pluginStore.publish(this.#user('PUBLISH_PLUGINS'), submission)
  }

  /** @param accountId @default the installation for its OWNER, the personal account for others */
  async install(packageName: string, version?: string, accountId?: string): Promise<InstalledIn> {
    const target = this.#targetOf(accountId)
    const { pluginStore } = this.#services
    if (target === undefined) await pluginStore.install(this.#user('ADMIN'), packageName, version)
    else await pluginStore.ofAccounts.install(target, packageName, version)
    return { packageName, accountId: target }
  }

  async setVersion(packageName: string, version: string, accountId?: string): Promise<InstalledIn> {
    const target = this.#targetOf(accountId)
    const { pluginStore } = this.#services
    if (target === undefined) await pluginStore.setVersion(this.#user('ADMIN'), packageName, version)
    else await pluginStore.ofAccounts.setVersion(target, packageName, version)
    return { packageName, accountId: target }
  }

  async uninstall(packageName: string, accountId?: string): Promise<InstalledIn> {
    const target = this.#targetOf(accountId)
    const { pluginStore } = this.#services
    if (target === undefined) await pluginStore.uninstall(this.#user('ADMIN'), packageName)
    else await pluginStore.ofAccounts.uninstall(target, packageName)
    return { packageName, accountId: target }
  }

  /**
   * Returns what an account can use. Without an account, and with a key that has no personal account or is limited to
   * graphs, it returns what the installation provides.
   *
   * @param accountId @default the personal account
   * @throws {AshlarError} NOT_FOUND for an account that the caller may not use
   */
  async catalogue(accountId?: string): Promise<Catalogue> {
    const chosen = this.accountToRead(accountId)
    return chosen === undefined ? this.#services.catalogue : this.#services.catalogueOf(chosen)
  }

  /** The account whose plugins {@link PluginAccess.catalogue} returns; undefined for those of the installation. */
  accountToRead(accountId?: string): string | undefined {
    if (accountId === undefined && this.#hasNoDefault()) return undefined
    requireAllGraphs(this.#caller, READ.purpose)
    return chooseAccount(this.#caller, accountId, READ)
  }

  /** @returns undefined for an account that the caller may not use */
  async findCatalogue(accountId: string | undefined): Promise<Catalogue | undefined> {
    if (accountId === undefined) return this.#services.catalogue
    const isVisible = !this.#caller.graphIds && hasRole(this.#caller, accountId, READ.role)
    return isVisible ? this.#services.catalogueOf(accountId) : undefined
  }

  /** What accounts have installed for themselves. An account that the caller may not use has an empty page. */
  async listOfAccounts(
    accountIds: readonly string[],
    request: Parameters<Catalogue['listInstalled']>[0],
  ): Promise<Map<string, ReturnType<Catalogue['listInstalled']>>> {
    const pages = accountIds.map(async (id) => {
      const catalogue = await this.findCatalogue(id)
      return [id, catalogue?.listInstalled(request) ?? NO_ITEMS] as const
    })
    return new Map(await Promise.all(pages))
  }

  /** Returns a function that returns whether the installation, or an account of the caller, has installed a version. */
  async readStatuses(): Promise<Catalogue['readVersionStatus']> {
    const accountIds = this.#caller.graphIds ? [] : accountsOf(this.#caller)
    const catalogues = [this.#services.catalogue, ...(await Promise.all(accountIds.map(this.#services.catalogueOf)))]
    const isInstalled = (status: PluginVersionStatus): boolean => status === 'INSTALLED'
    return (version) => (catalogues.some((each) => isInstalled(each.readVersionStatus(version))) ? 'INSTALLED' : 'PUBLISHED')
  }

  /** The published versions of packages, with the statuses of {@link PluginAccess.readStatuses}. */
  async versionsOf(...[names, request]: Parameters<Catalogue['listVersions']>): ReturnType<Catalogue['listVersions']> {
    return this.#services.catalogue.listVersions(names, request, await this.readStatuses())
  }

  async scan(): Promise<boolean> {
    return this.#services.pluginScans.request(this.#user('ADMIN'))
  }

  async setDraft(plugin: Parameters<DevPlugins['set']>[1]): Promise<void> {
    return this.#services.devPlugins.set(this.#user('ADMIN'), plugin)
  }

  async renewDraft(packageName: string): Promise<void> {
    return this.#services.devPlugins.renew(this.#user('ADMIN'), packageName)
  }

  async removeDraft(packageName: string): Promise<void> {
    return this.#services.devPlugins.remove(this.#user('ADMIN'), packageName)
  }

  async inspectDraft(packageName: string): Promise<string> {
    return this.#services.devPlugins.inspect(this.#user('ADMIN'), packageName)
  }

  /** @returns undefined for the installation */
  #targetOf(accountId: string | undefined): string | undefined {
    if (accountId === undefined && this.#caller.user.role === 'OWNER') return undefined
    this.#user('MANAGE_ACCOUNT')
    return chooseAccount(this.#caller, accountId, INSTALL)
  }

  #hasNoDefault(): boolean {
    const { user, roles, graphIds } = this.#caller
    return graphIds !== undefined || (!roles.has(user.id) && roles.size !== 1)
  }

  #user(scope: ApiKeyScope): string {
    requireScope(this.#caller, scope)
    requireAllGraphs(this.#caller, 'manage plugins')
    return this.#caller.user.id
  }
}

/** A plugin, and the account that it belongs to. Undefined for the installation. */
export interface InstalledIn {
  packageName: string
  accountId: string | undefined
}
