import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { Plugin, PluginReport } from './block.ts'
import { discoverPlugins, type BrokenSource, type PluginSource } from './discover.ts'
import { loadPlugin } from './load.ts'
import type { PluginIndex } from './plugin-index.ts'
import type { BundleStore } from './registry.ts'

/** The plugins of one machine: those in its plugin folders, and the packages that its configuration names. */
export interface Workspace {
  /** Finds and loads them, and tells the installation what there is. One that fails to load does not keep the others from it. */
  scan(): Promise<void>
  /** Tells that there still is a worker in it. */
  renew(): Promise<void>
}

export interface WorkspaceFolders {
  roots: readonly string[]
  /** Folders of packages. */
  packages: readonly string[]
}

export function createWorkspace(
  sandbox: Sandbox,
  folders: WorkspaceFolders,
  bundles: BundleStore,
  index: PluginIndex,
): Workspace {
  const id = idOf(folders)
  const kept = new Set<string>()
  const keep = async (plugin: Plugin): Promise<void> => {
    if (!kept.has(plugin.bundle.digest)) await bundles.keep(plugin)
    kept.add(plugin.bundle.digest)
  }
  const scan = async (): Promise<void> => {
    const sources = await discoverPlugins(folders.roots, folders.packages)
    const reports = await Promise.all(sources.map((source) => report(source, sandbox)))
    for (const { plugin } of reports) if (plugin) await keep(plugin)
    await index.write(id, reports)
  }
  let scanning = Promise.resolve()
  return { scan: () => (scanning = scanning.then(scan, scan)), renew: () => index.renew(id) }
}

/** The same for every worker of a machine that has the same folders. */
function idOf({ roots, packages }: WorkspaceFolders): string {
  const facts = [hostname(), roots.map((root) => resolve(root)), packages.map((folder) => resolve(folder))]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

async function report(source: PluginSource | BrokenSource, sandbox: Sandbox): Promise<PluginReport> {
  if ('error' in source) return failed({ ...source, version: '' }, source.error)
  try {
    const plugin = await loadPlugin(source, sandbox)
    const { packageName, version, origin } = source
    return { packageName, version, origin, status: 'LOADED', plugin }
  } catch (error) {
    if (error instanceof AshlarError) return failed(source, error)
    throw error
  }
}

function failed(
  { packageName, version, origin }: Pick<PluginReport, 'packageName' | 'version' | 'origin'>,
  { code, message }: AshlarError,
): PluginReport {
  return { packageName, version, origin, status: 'FAILED', error: { code, message } }
}
