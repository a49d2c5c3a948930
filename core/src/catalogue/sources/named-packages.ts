import type { Database } from '../../postgres/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleStore, createPluginIndex, type PluginRegistry } from '../registry/index.ts'
import type { PluginScans } from './scans.ts'
import { watchPlugins } from './watch.ts'
import { createWorkspace, workspaceId, type Workspace } from './workspace-plugins.ts'

/** The packages with plugins that the operator names: a workspace of their own, since which they are may change. */
export interface NamedPackages {
  /** Loads them, and takes away those that were named before. Once after the other. @param folders of the packages */
  set(folders: readonly string[]): Promise<void>
  close(): void
}

export interface NamedPackagesParts {
  database: Database
  sandbox: Sandbox
  plugins: PluginRegistry
  scans: PluginScans
  /** The plugin folders of the worker that names them. */
  roots: readonly string[]
  /** Load what changes in them. */
  watch: boolean
  onError(error: unknown): void
}

/** Well within the ten minutes after which a workspace is forgotten. */
const RENEW_EVERY_MS = 120_000
/** Maximum number of packages that are bundled concurrently. Each needs a process of about 100 MB. */
const LANES = 4

export function createNamedPackages(parts: NamedPackagesParts): NamedPackages {
  const { database, sandbox, plugins, scans, roots, watch, onError } = parts
  const id = workspaceId(roots, 'packages')
  const folders = { roots: [], packages: [] as readonly string[] }
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  let workspace: Workspace | undefined
  let endWatch = (): void => {}
  const scan = (): Promise<void> | undefined => workspace?.scan().then(plugins.reload)
  const endRequests = scans.onRequest(async () => scan())
  const timer = setInterval(() => void workspace?.renew().catch(onError), RENEW_EVERY_MS)
  return {
    async set(packages) {
      if (packages.length === 0 && !workspace) {
        // Some may have been named when a worker was here last.
        if (await index.remove(id)) await plugins.reload()
        return
      }
      folders.packages = packages
      workspace ??= createWorkspace({ id, sandbox, folders, bundles, index, cache: createBundleCache(database), lanes: LANES })
      endWatch()
      if (watch) endWatch = watchPlugins(packages, async () => scan()?.catch(onError))
      await scan()
    },
    close() {
      clearInterval(timer)
      endRequests()
      endWatch()
    },
  }
}
