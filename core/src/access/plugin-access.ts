import type { DevPlugins } from '../catalogue/dev/index.ts'
import type { PluginStore, PluginVersion } from '../catalogue/publishing/index.ts'
import type { PluginScans } from '../catalogue/sources/index.ts'
import { requireAllGraphs, requireScope, type ApiKeyScope, type Caller } from '../domains/accounts/index.ts'

export interface PluginServices {
  devPlugins: DevPlugins
  pluginScans: PluginScans
  pluginStore: PluginStore
}

/** The plugins that a caller may publish and install: see {@link PluginStore} and {@link DevPlugins}. */
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

  async install(packageName: string, version?: string): Promise<void> {
    return this.#services.pluginStore.install(this.#user('ADMIN'), packageName, version)
  }

  async setVersion(packageName: string, version: string): Promise<void> {
    return this.#services.pluginStore.setVersion(this.#user('ADMIN'), packageName, version)
  }

  async uninstall(packageName: string): Promise<void> {
    return this.#services.pluginStore.uninstall(this.#user('ADMIN'), packageName)
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

  #user(scope: ApiKeyScope): string {
    requireScope(this.#caller, scope)
    requireAllGraphs(this.#caller, 'manage plugins')
    return this.#caller.user.id
  }
}
