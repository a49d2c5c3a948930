import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { Provider } from '../../capabilities/index.ts'
import { AshlarError, Batcher, Lru } from '../../base/index.ts'
import type { Block, Plugin, PluginReport } from '../../blocks/index.ts'

/** The blocks of this installation, and the result of loading each plugin. */
export interface PluginRegistry {
  /** Every block of every loaded plugin, by qualified name: the same list until it changes. */
  blocks(): readonly Block[]
  /** @param reference qualified name or UUID */
  block(reference: string): Block | undefined
  /**
   * Returns a block for a graph version that pins it, from any bundle that a worker of this installation ever loaded.
   */
  pinned(digest: string, blockId: string): Promise<Block | undefined>
  /** Every provider of every loaded plugin, by qualified name. */
  providers(): readonly Provider[]
  /** @param name qualified */
  provider(name: string): Provider | undefined
  reports(): readonly PluginReport[]
  report(packageName: string): PluginReport | undefined
  /** Reads the list of plugins again. Plugins that did not change keep their objects. */
  reload(): Promise<void>
  /** Calls `listener` after every reload that changed something. @returns a function that removes the listener */
  onChange(listener: () => void): () => void
}

/** A stored bundle without its manifest. */
export type BundleFacts = Pick<Plugin, 'packageName' | 'version' | 'builtin' | 'bundle'>

/** Stores bundles by digest, permanently, for every worker of the installation. */
export interface BundleStore {
  /** @param client a client with an open transaction. @default a statement of its own */
  save(plugins: readonly Plugin[], client?: pg.Pool | pg.PoolClient): Promise<void>
  /** Stores source maps of bundles that are already stored, by digest: see `Bundle`. */
  saveMaps(maps: ReadonlyMap<string, string>): Promise<void>
  /** Returns the source map of a bundle; '' when it has none. */
  sourceMap(digest: string): Promise<string>
  /** Returns those of these digests that are stored with a manifest that this release has read. */
  findCurrent(digests: readonly string[]): Promise<Set<string>>
  /**
   * @param client the client of an open transaction: a transaction that waits for a second client can deadlock the pool
   */
  find(digest: string, client?: pg.PoolClient): Promise<Plugin | undefined>

  readFacts(digest: string): Promise<BundleFacts | undefined>
  /** Returns the digests of plugins installed from the store whose manifests an older release has read. */
  listOutdated(): Promise<string[]>
  /** @returns by digest: the plugin, or an error when this release cannot use a manifest that an older one has read */
  findAll(digests: readonly string[]): Promise<Map<string, Plugin | AshlarError>>
}

/** Reads the current plugins. For a digest in `known`, it may return the object that is already there. */
export type LoadReports = (known: ReadonlyMap<string, Plugin>) => Promise<PluginReport[]>

/** Each plugin holds its whole code, up to 5 MiB. */
const MAX_RECENT = 50

export function createPluginRegistry(read: LoadReports, bundles: BundleStore): PluginRegistry {
  const changes = new EventEmitter().setMaxListeners(0)
  /** The loaded plugins, by digest. */
  let loaded = new Map<string, Plugin>()
  /** Other plugins that graph versions pin, by digest. */
  const recent = new Lru<string, Plugin>(MAX_RECENT)
  let lists = buildLists([])

  const load = async (): Promise<void> => {
    const reports = await read(loaded)
    if (summarize(reports) === summarize(lists.reports)) return
    loaded = new Map(reports.flatMap(({ plugin }) => (plugin ? [[plugin.bundle.digest, plugin]] : [])))
    lists = buildLists(reports)
    changes.emit('change')
  }

  /** Concurrent callers share a query. */
  const stored = new Batcher<string, Plugin | undefined>(MAX_RECENT, async (digests) => {
    const found = await bundles.findAll([...new Set(digests)])
    return digests.map((digest) => {
      const plugin = found.get(digest)
      return plugin instanceof AshlarError ? undefined : plugin
    })
  })

  const findPinned = async (digest: string): Promise<Plugin | undefined> => {
    const known = loaded.get(digest) ?? recent.get(digest)
    if (known) return known
    const plugin = await stored.add(digest)
    if (plugin) recent.set(digest, plugin)
    return plugin
  }

  // Reloads run one at a time, so that an older result never replaces a newer one.
  let reloading = Promise.resolve()
  const reload = (): Promise<void> => (reloading = reloading.then(load, load))

  return {
    blocks: () => lists.blocks,
    block: (reference) => lists.blockByReference.get(reference),
    async pinned(digest, blockId) {
      const plugin = await findPinned(digest)
      return plugin?.blocks.find(({ id }) => id === blockId)
    },
    providers: () => lists.providers,
    provider: (name) => lists.providerByName.get(name),
    reports: () => lists.reports,
    report: (packageName) => lists.reportByPackage.get(packageName),
    reload,
    onChange(listener) {
      changes.on('change', listener)
      return () => void changes.off('change', listener)
    },
  }
}

interface Lists {
  reports: readonly PluginReport[]
  reportByPackage: ReadonlyMap<string, PluginReport>
  blocks: readonly Block[]
  blockByReference: ReadonlyMap<string, Block>
  providers: readonly Provider[]
  providerByName: ReadonlyMap<string, Provider>
}

function buildLists(reports: readonly PluginReport[]): Lists {
  const blocks = sortByName(reports.flatMap(({ plugin }) => plugin?.blocks ?? []))
  const providers = sortByName(reports.flatMap(({ plugin }) => plugin?.providers ?? []))
  return {
    reports,
    reportByPackage: new Map(reports.map((report) => [report.packageName, report])),
    blocks,
    blockByReference: new Map([
      ...blocks.map((block) => [block.id, block] as const),
      ...blocks.map((block) => [block.qualifiedName, block] as const),
    ]),
    providers,
    providerByName: new Map(providers.map((provider) => [provider.qualifiedName, provider])),
  }
}

function sortByName<T extends { qualifiedName: string }>(all: T[]): T[] {
  return all.toSorted((a, b) => (a.qualifiedName < b.qualifiedName ? -1 : 1))
}

function summarize(reports: readonly PluginReport[]): string {
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
