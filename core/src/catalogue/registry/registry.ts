import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { Provider } from '../../capabilities/index.ts'
import type { AshlarError } from '../../base/index.ts'
import type { Block, Plugin, PluginReport } from '../../blocks/index.ts'

/** The blocks there are, and how it went with each plugin. */
export interface PluginRegistry {
  /** Every block of every loaded plugin, by qualified name. */
  blocks(): Block[]
  /** @param reference qualified name or UUID */
  block(reference: string): Block | undefined
  /** A block of a bundle that was loaded at some time, here or elsewhere, for a version that pins it. */
  pinned(digest: string, blockId: string): Promise<Block | undefined>
  /** Every provider of every loaded plugin, by qualified name. */
  providers(): Provider[]
  reports(): PluginReport[]
  /** Reads again which there are; what did not change stays as it is. */
  reload(): Promise<void>
  /** Calls back after every reload that changed something. @returns a function that ends it */
  onChange(listener: () => void): () => void
}

/** What is known of a bundle without its manifest. */
export type BundleFacts = Pick<Plugin, 'packageName' | 'version' | 'builtin' | 'bundle'>

/** Where bundles are kept for ever, by digest, for every worker of the installation. */
export interface BundleStore {
  /** @param client with an open transaction; without one it is done at once */
  keep(plugins: readonly Plugin[], client?: pg.Pool | pg.PoolClient): Promise<void>
  /** Keeps source maps of bundles that are kept already, by digest: see `Bundle`. */
  keepMaps(maps: ReadonlyMap<string, string>): Promise<void>
  /** Of a bundle; '' where it has none. */
  sourceMap(digest: string): Promise<string>
  /** Which of these were kept, with a manifest that this release has read. */
  have(digests: readonly string[]): Promise<Set<string>>
  /** @param client with an open transaction: one that waits for a second client may wait for ever */
  find(digest: string, client?: pg.PoolClient): Promise<Plugin | undefined>
  /** What was kept beside a manifest. */
  read(digest: string): Promise<BundleFacts | undefined>
  /** Of what is installed from the store, the digests whose manifests an older release has read. */
  outdated(): Promise<string[]>
  /** By digest; an error where this release cannot use the manifest that an older one has read. */
  findAll(digests: readonly string[]): Promise<Map<string, Plugin | AshlarError>>
}

/** Says which plugins there are now. A plugin with a digest that is known already may be given as it was. */
export type LoadReports = (known: ReadonlyMap<string, Plugin>) => Promise<PluginReport[]>

/** Each has its whole code, of up to 5 MiB. */
const MOST_RECENT = 50

export function createPluginRegistry(read: LoadReports, bundles: BundleStore): PluginRegistry {
  const changes = new EventEmitter().setMaxListeners(0)
  /** Those that are loaded, by digest. */
  let loaded = new Map<string, Plugin>()
  /** Others that graph versions pin, the one used last at the end. */
  const recent = new Map<string, Plugin>()
  let reports: PluginReport[] = []
  let byReference = new Map<string, Block>()

  const load = async (): Promise<void> => {
    const before = summary(reports)
    reports = await read(loaded)
    loaded = new Map(reports.flatMap(({ plugin }) => (plugin ? [[plugin.bundle.digest, plugin]] : [])))
    byReference = new Map(
      blocksOf(reports).flatMap((block) => [
        [block.id, block],
        [block.qualifiedName, block],
      ]),
    )
    if (summary(reports) !== before) changes.emit('change')
  }

  const keepRecent = (plugin: Plugin): void => {
    recent.delete(plugin.bundle.digest)
    recent.set(plugin.bundle.digest, plugin)
    const [oldest] = recent.keys()
    if (recent.size > MOST_RECENT && oldest !== undefined) recent.delete(oldest)
  }

  // One after the other, so that what was read first never replaces what was read after it.
  let reloading = Promise.resolve()
  const reload = (): Promise<void> => (reloading = reloading.then(load, load))

  return {
    blocks: () => byName(blocksOf(reports)),
    block: (reference) => byReference.get(reference),
    async pinned(digest, blockId) {
      const plugin = loaded.get(digest) ?? recent.get(digest) ?? (await bundles.find(digest))
      if (plugin && !loaded.has(digest)) keepRecent(plugin)
      return plugin?.blocks.find(({ id }) => id === blockId)
    },
    providers: () => byName(reports.flatMap(({ plugin }) => plugin?.providers ?? [])),
    reports: () => reports,
    reload,
    onChange(listener) {
      changes.on('change', listener)
      return () => void changes.off('change', listener)
    },
  }
}

function blocksOf(reports: PluginReport[]): Block[] {
  return reports.flatMap(({ plugin }) => plugin?.blocks ?? [])
}

function byName<T extends { qualifiedName: string }>(all: T[]): T[] {
  return all.toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
}

function summary(reports: PluginReport[]): string {
  return JSON.stringify(
    reports.map(({ packageName, version, origin, plugin, error }) => [
      packageName,
      version,
      origin,
      plugin?.bundle.digest,
      error,
    ]),
  )
}
