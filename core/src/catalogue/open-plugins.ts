import type { Database, Notifications } from '../postgres/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import {
  createBundleCache,
  createPluginScans,
  type PluginScans,
  watchPlugins,
  createSourceSet,
  toSourceSetId,
} from './sources/index.ts'
import {
  createBundleStore,
  createErrorLocator,
  type ErrorLocator,
  createInstalledReader,
  describeInstalled,
  createPluginIndex,
  createPluginRegistry,
  type PluginRegistry,
} from './registry/index.ts'
import { createDevPlugins, type DevPlugins } from './dev/index.ts'
import { createCatalogues, type Catalogues } from './listing/index.ts'
import { createPluginStore, serveSubmissions, type PluginStore, type PublishQuota } from './publishing/index.ts'

interface PluginOptions {
  database: Database
  quotas: PublishQuota
  notifications: Notifications
  /** Undefined in a gateway. */
  sandbox: Sandbox | undefined
  /** The plugin folders: their subfolders are plugin packages. */
  roots: readonly string[]
  /** Whether to reload plugins when their files change. */
  watch: boolean
  onError(error: unknown): void
}

/** A source set expires after ten minutes without renewal. */
const RENEW_EVERY_MS = 120_000

/**
 * Opens the plugins of an installation. A worker first loads the plugins of its own folders.
 *
 * @param undo receives a function for everything that must be closed
 */
export async function openPlugins(
  { database, quotas, notifications, sandbox, roots, watch, onError }: PluginOptions,
  undo: (() => Promise<void> | void)[],
): Promise<
  Catalogues & {
    plugins: PluginRegistry
    pluginScans: PluginScans
    pluginStore: PluginStore
    devPlugins: DevPlugins
    errorLocator: ErrorLocator
  }
> {
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  const plugins = createPluginRegistry(index.read, bundles, createInstalledReader(database.pool, bundles))
  const parts = { database, notifications, plugins, bundles }
  const pluginScans = createPluginScans({ ...parts, onError })
  if (sandbox) {
    const cache = createBundleCache(database)
    const id = toSourceSetId(roots, 'folders')
    const { scan, renew } = createSourceSet({ id, sandbox, folders: { roots, packages: [] }, bundles, index, cache })
    await Promise.all([scan(), describeInstalled(bundles, sandbox)])
    const timer = setInterval(() => void renew().catch(onError), RENEW_EVERY_MS)
    undo.push(() => clearInterval(timer))
    const rescan = (): Promise<void> => scan().then(plugins.reload).catch(onError)
    undo.push(pluginScans.onRequest(scan))
    if (watch) undo.push(watchPlugins(roots, rescan))
  }
  await plugins.reload()
  undo.push(notifications.listen('plugins', (message) => void plugins.receive(message).catch(onError)))
  if (sandbox) undo.push(serveSubmissions({ ...parts, quotas, sandbox, onError }))
  const devPlugins = createDevPlugins({ ...parts, index, sandbox, onError })
  undo.push(devPlugins.close)
  const pluginStore = createPluginStore(parts)
  const catalogues = createCatalogues({ plugins, pluginStore })
  return { plugins, ...catalogues, pluginScans, pluginStore, devPlugins, errorLocator: createErrorLocator(bundles) }
}
