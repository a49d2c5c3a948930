import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Sandbox } from '../../sandbox/index.ts'
import type { BundleCache } from './bundle-cache.ts'
import { discoverPlugins } from '../loading/index.ts'
import { mapConcurrently } from '../../base/index.ts'
import type { PluginIndex, BundleStore } from '../registry/index.ts'
import { createStamper } from './stamps.ts'
import { createPackageLoader } from './package-loader.ts'

/**
 * The plugins that one machine scans together: those in its plugin folders, or the packages that its configuration
 * names.
 */
export interface SourceSet {
  /**
   * Finds and loads the plugins, and writes the results to the index. A plugin that fails does not affect the others.
   */
  scan(): Promise<void>
  /** Renews the set. Scans again when it has expired, for example after the machine was suspended. */
  renew(): Promise<void>
}

interface SourceFolders {
  /** The sources: folders of plugins. */
  roots: readonly string[]
  /** Folders of named packages. */
  packages: readonly string[]
}

/** The maximum number of plugins that are bundled and evaluated concurrently, each in its own isolate. */
const LANES = 16

interface SourceSetParts {
  id: string
  sandbox: Sandbox
  folders: SourceFolders
  bundles: BundleStore
  index: PluginIndex
  cache: BundleCache
  /** The maximum number of plugins that are loaded concurrently. @default 16 */
  lanes?: number
  /** The current file system time. @default Date.now */
  now?: () => number
}

export function createSourceSet({
  id,
  sandbox,
  folders,
  bundles,
  index,
  cache,
  lanes = LANES,
  now = Date.now,
}: SourceSetParts): SourceSet {
  const scan = async (): Promise<void> => {
    const scannedAt = await index.clock()
    const load = createPackageLoader(sandbox, bundles, createStamper(now()))
    const packages = await discoverPlugins(folders.roots, folders.packages)
    const before = await cache.read(id)
    const results = await mapConcurrently(packages, lanes, (plugin) => load(plugin, before.get(plugin.folder)))
    await index.write(
      id,
      results.map(({ found }) => found),
      scannedAt,
    )
    const cached = results.map((result) => result.cached).filter((each) => each !== undefined)
    await cache.write(id, cached, before)
  }
  let scanning = Promise.resolve()
  const scanNext = (): Promise<void> => (scanning = scanning.then(scan, scan))
  return {
    scan: scanNext,
    async renew() {
      if (!(await index.renew(id))) await scanNext()
    },
  }
}

/**
 * Returns the id of a source set. It is the same for all workers of a machine with the same plugin folders.
 *
 * @param what whether the set contains the plugins in these folders or the named packages of a worker with these
 * folders
 */
export function toSourceSetId(roots: readonly string[], what: 'folders' | 'packages'): string {
  const facts = [hostname(), roots.map((root) => resolve(root)), what === 'folders' ? [] : what]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}
