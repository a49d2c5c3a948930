import type { Client } from './client.ts'
import {
  INSPECT_DEV_PLUGIN,
  INSTALL_PLUGIN,
  PUBLISH_PLUGIN,
  REMOVE_DEV_PLUGIN,
  RENEW_DEV_PLUGIN,
  SET_DEV_PLUGIN,
  UNINSTALL_PLUGIN,
} from './operations.ts'
import { mutate, mutateAll } from './requests.ts'

/** The API operations for plugin authors. Expected errors are thrown as AshlarErrors. */
export interface PluginApi {
  /** @returns the digest of the bundle on the server, which adds a first line to it */
  setDevPlugin(plugin: {
    packageName: string
    version: string
    bundle: string
    sdk?: string
    sourceMap?: string
    sourceRoot?: string
    inspectable?: boolean
  }): Promise<string>
  renewDevPlugin(packageName: string): Promise<void>
  removeDevPlugin(packageName: string): Promise<void>
  /** @returns the path of a WebSocket for the Chrome DevTools Protocol */
  inspectDevPlugin(packageName: string): Promise<string>
  publish(submission: {
    /** base64 */
    tarball: string
    signature?: { publicKey: string; signature: string }
  }): Promise<PublishedVersion>
  /** @param plugin.accountId global id. @default see `installPlugin` of the schema */
  install(plugin: { packageName: string; version?: string; accountId?: string }): Promise<InstalledPlugin>
  uninstall(plugin: { packageName: string; accountId?: string }): Promise<void>
}

/** An installed plugin, as the API returns it. */
interface InstalledPlugin {
  packageName: string
  installedVersion: string
  /** Null for a plugin of the installation. */
  account: { id: string; name: string } | null
}

/** A version of a plugin, as the API returns it. */
export interface PublishedVersion {
  packageName: string
  version: string
  status: 'PUBLISHED' | 'INSTALLED'
  digest: string
  tarballDigest: string
  signature: { keyId: string } | null
  report: {
    checks: { name: string; ok: boolean; message: string; position: string | null }[]
    tests: { total: number; blocksWithout: string[] }
    bundleBytes: number
    licence: string
    capabilities: { kind: string; detail: string }[]
  }
}

export function createPluginApi(client: Client): PluginApi {
  return {
    async setDevPlugin(plugin) {
      return (await mutate<{ digest: string }>(client, SET_DEV_PLUGIN, 'plugin', plugin)).digest
    },
    async renewDevPlugin(packageName) {
      await mutate(client, RENEW_DEV_PLUGIN, 'plugin', { packageName })
    },
    async removeDevPlugin(packageName) {
      await mutate(client, REMOVE_DEV_PLUGIN, 'removedPackageName', { packageName })
    },
    async inspectDevPlugin(packageName) {
      return (await mutate<{ webSocketPath: string }>(client, INSPECT_DEV_PLUGIN, 'inspector', { packageName })).webSocketPath
    },
    install: (plugin) => mutate(client, INSTALL_PLUGIN, 'plugin', plugin),
    async uninstall(plugin) {
      await mutateAll(client, UNINSTALL_PLUGIN, plugin)
    },
    publish: (submission) => mutate(client, PUBLISH_PLUGIN, 'pluginVersion', submission),
  }
}
