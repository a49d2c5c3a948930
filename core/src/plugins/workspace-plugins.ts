import { AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { Plugin, PluginReport } from './block.ts'
import { discoverPlugins, type BrokenSource, type PluginSource } from './discover.ts'
import { loadPlugin } from './load.ts'
import type { PluginIndex } from './plugin-index.ts'
import type { BundleStore, LoadReports } from './registry.ts'

/**
 * The plugins in the folders of a workspace. One that fails to load does not keep the others from loading. They are taken in
 * the order of their folders; one that claims a name or a block id which an earlier one has is refused. What was found is
 * kept, so that gateways, which run no plugin code, know it too.
 */
export function workspacePlugins(
  sandbox: Sandbox,
  roots: readonly string[],
  bundles: BundleStore,
  index: PluginIndex,
): LoadReports {
  return async (known) => {
    const sources = await discoverPlugins(roots)
    const reports = refuseDuplicates(await Promise.all(sources.map((source) => report(source, sandbox, known))))
    for (const { plugin } of reports) if (plugin && !known.has(plugin.bundle.digest)) await bundles.keep(plugin)
    await index.write(reports)
    return reports
  }
}

async function report(
  source: PluginSource | BrokenSource,
  sandbox: Sandbox,
  known: ReadonlyMap<string, Plugin>,
): Promise<PluginReport> {
  if ('error' in source) return failed({ ...source, version: '' }, source.error)
  try {
    const plugin = await loadPlugin(source, sandbox)
    const { packageName, version } = source
    return { packageName, version, status: 'LOADED', plugin: known.get(plugin.bundle.digest) ?? plugin }
  } catch (error) {
    if (error instanceof AshlarError) return failed(source, error)
    throw error
  }
}

function failed(
  { packageName, version }: { packageName: string; version: string },
  { code, message }: AshlarError,
): PluginReport {
  return { packageName, version, status: 'FAILED', error: { code, message } }
}

function refuseDuplicates(reports: PluginReport[]): PluginReport[] {
  const owners = new Map<string, PluginReport>()
  return reports.map((each) => {
    if (!each.plugin) return each
    const claims = [`plugin name "${each.plugin.name}"`, ...each.plugin.blocks.map(({ id }) => `block id ${id}`)]
    const taken = claims.find((claim) => owners.has(claim))
    if (taken !== undefined) {
      const owner = owners.get(taken)?.packageName
      return failed(each, new AshlarError('DUPLICATE_BLOCK', `${taken} belongs to ${owner} already`))
    }
    for (const claim of claims) owners.set(claim, each)
    return each
  })
}
