import type { Database } from '../../postgres/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleStore, createPluginIndex, type PluginRegistry } from '../registry/index.ts'
import type { PluginScans } from './scans.ts'
import { watchPlugins } from './watch.ts'
import { createSourceSet, toSourceSetId, type SourceSet } from './source-set.ts'

/**
 * The plugin packages that the operator's configuration names. They form a source set, because the list can change at
 * run time.
 */
interface NamedPackages {
  /**
   * Loads these packages, and removes those that are no longer named. Calls must not overlap.
   *
   * @param folders the packages' folders
   */
  set(folders: readonly string[]): Promise<void>
  close(): void
}

interface NamedPackagesParts {
  database: Database
  sandbox: Sandbox
  plugins: PluginRegistry
  scans: PluginScans
  /** The plugin folders of the worker. */
  roots: readonly string[]
  /** Whether to reload packages when their files change. */
  watch: boolean
  onError(error: unknown): void
}

/** A source set expires after ten minutes without renewal. */
const RENEW_EVERY_MS = 120_000
/** Maximum number of packages that are bundled concurrently. Each needs a process of about 100 MB. */
const LANES = 4

export function createNamedPackages(parts: NamedPackagesParts): NamedPackages {
  const { database, sandbox, plugins, scans, roots, watch, onError } = parts
  const id = toSourceSetId(roots, 'packages')
  const folders = { roots: [], packages: [] as readonly string[] }
  const bundles = createBundleStore(database)
  const index = createPluginIndex(database, bundles)
  let sources: SourceSet | undefined
  let endWatch = (): void => {}
  const scan = (): Promise<void> | undefined => sources?.scan().then(plugins.reload)
  const endRequests = scans.onRequest(async () => scan())
  const timer = setInterval(() => void sources?.renew().catch(onError), RENEW_EVERY_MS)
  return {
    async set(packages) {
      if (packages.length === 0 && !sources) {
        // A previous worker may have left packages.
        if (await index.remove(id)) await plugins.reload()
        return
      }
      folders.packages = packages
      sources ??= createSourceSet({ id, sandbox, folders, bundles, index, cache: createBundleCache(database), lanes: LANES })
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
