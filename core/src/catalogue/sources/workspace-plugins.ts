import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Sandbox } from '../../sandbox/index.ts'
import type { BundleCache } from './bundle-cache.ts'
import { discoverPlugins } from '../loading/index.ts'
import { inLanes } from '../../base/index.ts'
import type { PluginIndex, BundleStore } from '../registry/index.ts'
import { createStamper } from './stamps.ts'
import { createSourceLoader } from './workspace-loader.ts'

/** The plugins of one machine: those in its plugin folders, and the packages that its configuration names. */
export interface Workspace {
  /** Finds and loads them, and tells the installation what there is. One that fails to load does not keep the others from it. */
  scan(): Promise<void>
  /** Tells that there still is a worker in it; scans again where the workspace was forgotten, as after a long sleep of the machine. */
  renew(): Promise<void>
}

interface WorkspaceFolders {
  roots: readonly string[]
  /** Folders of packages. */
  packages: readonly string[]
}

/** Plugins that are bundled and evaluated at once: as many isolates are there. */
const LANES = 16

export interface WorkspaceParts {
  id: string
  sandbox: Sandbox
  folders: WorkspaceFolders
  bundles: BundleStore
  index: PluginIndex
  cache: BundleCache
  /** Plugins that are loaded at once. @default 16 */
  lanes?: number
  /** The clock of the file system. @default Date.now */
  now?: () => number
}

export function createWorkspace({
  id,
  sandbox,
  folders,
  bundles,
  index,
  cache,
  lanes = LANES,
  now = Date.now,
}: WorkspaceParts): Workspace {
  const scan = async (): Promise<void> => {
    const scannedAt = await index.clock()
    const load = createSourceLoader(sandbox, bundles, createStamper(now()))
    const sources = await discoverPlugins(folders.roots, folders.packages)
    const before = await cache.read(id)
    const results = await inLanes(sources, lanes, (source) => load(source, before.get(source.folder)))
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

/** The same for every worker of a machine that has the same plugin folders: of what is in these, or of the packages that it names beside them. */
export function workspaceId(roots: readonly string[], what: 'folders' | 'packages'): string {
  const facts = [hostname(), roots.map((root) => resolve(root)), what === 'folders' ? [] : what]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}
