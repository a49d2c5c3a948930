import type { Database, Notifications } from '../postgres/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import {
  createBundleCache,
  createPluginScans,
  type PluginScans,
  watchPlugins,
  createWorkspace,
  workspaceId,
} from './sources/index.ts'
import {
  createBundleStore,
  createErrorLocator,
  type ErrorLocator,
  describeInstalled,
  createPluginIndex,
  createPluginRegistry,
  type PluginRegistry,
} from './registry/index.ts'
import { createDevPlugins, type DevPlugins } from './dev/index.ts'
import { createPluginStore, serveSubmissions, type PluginStore } from './publishing/index.ts'

export interface PluginOptions {
  database: Database
  notifications: Notifications
  /** None in a gateway. */
  sandbox: Sandbox | undefined
  /** Folders whose subfolders are plugin packages. */
  roots: readonly string[]
  /** Load what changes in the folders. */
  watch: boolean
  onError(error: unknown): void
}

/** Well within the ten minutes after which a workspace is forgotten. */
const RENEW_EVERY_MS = 120_000

/**
 * Says which plugins there are; a worker loads those of its workspace first.
 *
 * @param undo gets a step for everything that was opened
 */
export async function openPlugins(
  { database, notifications, sandbox, roots, watch, onError }: PluginOptions,
  undo: (() => Promise<void> | void)[],
): Promise<{
  plugins: PluginRegistry
  pluginScans: PluginScans
  pluginStore: PluginStore
  devPlugins: DevPlugins
  errorLocator: ErrorLocator
}> {
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  const plugins = createPluginRegistry(index.read, bundles)
  const parts = { database, notifications, plugins, bundles }
  const pluginScans = createPluginScans({ ...parts, onError })
  if (sandbox) {
    const cache = createBundleCache(database)
    const id = workspaceId(roots, 'folders')
    const { scan, renew } = createWorkspace({ id, sandbox, folders: { roots, packages: [] }, bundles, index, cache })
    await Promise.all([scan(), describeInstalled(bundles, sandbox)])
    const timer = setInterval(() => void renew().catch(onError), RENEW_EVERY_MS)
    undo.push(() => clearInterval(timer))
    const rescan = (): Promise<void> => scan().then(plugins.reload).catch(onError)
    undo.push(pluginScans.onRequest(scan))
    if (watch) undo.push(watchPlugins(roots, rescan))
  }
  await plugins.reload()
  undo.push(notifications.listen('plugins', () => void plugins.reload().catch(onError)))
  if (sandbox) undo.push(serveSubmissions({ ...parts, sandbox, onError }))
  const devPlugins = createDevPlugins({ ...parts, index, sandbox, onError })
  undo.push(devPlugins.close)
  return { plugins, pluginScans, pluginStore: createPluginStore(parts), devPlugins, errorLocator: createErrorLocator(bundles) }
}
