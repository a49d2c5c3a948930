import { EventEmitter } from 'node:events'
import type pg from 'pg'
import { AshlarError, Batcher, Lru } from '../../base/index.ts'
import type { Block, Plugin, PluginReport } from '../../blocks/index.ts'
import { buildPlugins, type AvailablePlugins } from './available-plugins.ts'
import { createAccountPlugins, type LoadInstalled } from './installed-plugins.ts'

/** The plugins of the installation, which all accounts can use, and those that accounts have installed. */
export interface PluginRegistry extends AvailablePlugins {
  /**
   * Returns the plugins that the graphs of an account can use: those of the installation, and those that the account
   * has installed. They do not change; later callers receive later plugins.
   */
  forAccount(accountId: string): Promise<AvailablePlugins>
  /**
   * Returns a block for a graph version that pins it, from any bundle that a worker of this installation ever loaded.
   */
  pinned(digest: string, blockId: string): Promise<Block | undefined>
  /** Reads the list of plugins again. Plugins that did not change keep their objects. */
  reload(): Promise<void>
  /** Reads the plugins of an account again when they are next used. @param accountId @default all accounts */
  forget(accountId?: string): void
  /** Handles a notification of the channel `plugins`: reloads the list, or the plugins of an account. */
  receive(message: string): Promise<void>
  /**
   * Calls `listener` after every reload that changed something, and with the id of an account after each change of the
   * plugins of an account.
   *
   * @returns a function that removes the listener
   */
  onChange(listener: (accountId?: string) => void): () => void
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

export function createPluginRegistry(
  read: LoadReports,
  bundles: BundleStore,
  readInstalled: LoadInstalled = (ids) => Promise.resolve(ids.map(() => [])),
): PluginRegistry {
  const changes = new EventEmitter().setMaxListeners(0)
  /** The loaded plugins, by digest. */
  let loaded = new Map<string, Plugin>()
  let current = buildPlugins([])

  const load = async (): Promise<void> => {
    const reports = await read(loaded)
    if (summarize(reports) === summarize(current.reports())) return
    loaded = new Map(reports.flatMap(({ plugin }) => (plugin ? [[plugin.bundle.digest, plugin]] : [])))
    current = buildPlugins(reports)
    changes.emit('change')
  }

  const bundled = createBundledPlugins(bundles, (digest) => loaded.get(digest))
  const accounts = createAccountPlugins((accountIds) => readInstalled(accountIds, bundled.findKnown))

  // Reloads run one at a time, so that an older result never replaces a newer one.
  let reloading = Promise.resolve()
  const reload = (): Promise<void> => (reloading = reloading.then(load, load))

  return {
    blocks: () => current.blocks(),
    block: (reference) => current.block(reference),
    providers: () => current.providers(),
    provider: (name) => current.provider(name),
    reports: () => current.reports(),
    report: (packageName) => current.report(packageName),
    forAccount: (accountId) => accounts.find(accountId, () => current),
    async pinned(digest, blockId) {
      const plugin = await bundled.find(digest)
      return plugin?.blocks.find(({ id }) => id === blockId)
    },
    reload,
    forget: accounts.forget,
    receive(message) {
      accounts.forget(message === '' ? undefined : message)
      if (message === '') return reload()
      changes.emit('change', message)
      return Promise.resolve()
    },
    onChange(listener) {
      changes.on('change', listener)
      return () => void changes.off('change', listener)
    },
  }
}

/** Keeps the last plugins that graph versions pin and that are not loaded. */
function createBundledPlugins(bundles: BundleStore, findLoaded: (digest: string) => Plugin | undefined) {
  const recent = new Lru<string, Plugin>(MAX_RECENT)
  /** Concurrent callers share a query. */
  const stored = new Batcher<string, Plugin | undefined>(MAX_RECENT, async (digests) => {
    const found = await bundles.findAll([...new Set(digests)])
    return digests.map((digest) => {
      const plugin = found.get(digest)
      return plugin instanceof AshlarError ? undefined : plugin
    })
  })
  const findKnown = (digest: string): Plugin | undefined => findLoaded(digest) ?? recent.get(digest)
  return {
    findKnown,
    async find(digest: string): Promise<Plugin | undefined> {
      const known = findKnown(digest)
      if (known) return known
      const plugin = await stored.add(digest)
      if (plugin) recent.set(digest, plugin)
      return plugin
    },
  }
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
