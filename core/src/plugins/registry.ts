import { EventEmitter } from 'node:events'
import { AshlarError } from '../errors/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import type { Block, Plugin, PluginReport } from './block.ts'
import { discoverPlugins, type BrokenSource, type PluginSource } from './discover.ts'
import { loadPlugin } from './load.ts'

/** The blocks there are, and how it went with each plugin. */
export interface PluginRegistry {
  /** Every block of every loaded plugin, by qualified name. */
  blocks(): Block[]
  /** @param reference qualified name or UUID */
  block(reference: string): Block | undefined
  /** A block of a bundle that was loaded at some time, here or elsewhere, for a version that pins it. */
  pinned(digest: string, blockId: string): Promise<Block | undefined>
  reports(): PluginReport[]
  /** Finds and loads again; what did not change stays as it is. */
  reload(): Promise<void>
  /** Calls back after every reload that changed something. @returns a function that ends it */
  onChange(listener: () => void): () => void
}

/** Where bundles are kept for ever, by digest, for every worker of the installation. */
export interface BundleStore {
  keep(plugin: Plugin): Promise<void>
  find(digest: string): Promise<Plugin | undefined>
}

/**
 * A plugin that fails to load does not keep the others from loading. Plugins are taken in the order of their folders; one
 * that claims a name or a block id which an earlier one has is refused.
 */
export function createPluginRegistry(sandbox: Sandbox, roots: readonly string[], bundles: BundleStore): PluginRegistry {
  const changes = new EventEmitter().setMaxListeners(0)
  const byDigest = new Map<string, Plugin>()
  let reports: PluginReport[] = []
  let byReference = new Map<string, Block>()

  const reload = async (): Promise<void> => {
    const sources = await discoverPlugins(roots)
    const loaded = await Promise.all(sources.map((source) => report(source, sandbox, byDigest)))
    const before = summary(reports)
    reports = refuseDuplicates(loaded)
    for (const { plugin } of reports) {
      if (!plugin || byDigest.has(plugin.bundle.digest)) continue
      await bundles.keep(plugin)
      byDigest.set(plugin.bundle.digest, plugin)
    }
    byReference = new Map(
      blocksOf(reports).flatMap((block) => [
        [block.id, block],
        [block.qualifiedName, block],
      ]),
    )
    if (summary(reports) !== before) changes.emit('change')
  }

  return {
    blocks: () => blocksOf(reports).toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1)),
    block: (reference) => byReference.get(reference),
    async pinned(digest, blockId) {
      const plugin = byDigest.get(digest) ?? (await bundles.find(digest))
      if (plugin) byDigest.set(digest, plugin)
      return plugin?.blocks.find(({ id }) => id === blockId)
    },
    reports: () => reports,
    reload,
    onChange(listener) {
      changes.on('change', listener)
      return () => void changes.off('change', listener)
    },
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

function blocksOf(reports: PluginReport[]): Block[] {
  return reports.flatMap(({ plugin }) => plugin?.blocks ?? [])
}

function summary(reports: PluginReport[]): string {
  return JSON.stringify(reports.map(({ packageName, plugin, error }) => [packageName, plugin?.bundle.digest, error]))
}
