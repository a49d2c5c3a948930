import type { HostFunction, HostProvider, OperatorChanges } from '@ashlar/core'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import { createPathWatcher } from './path-watcher.ts'

/** The current content of the configuration file. */
export interface OpenedConfig extends Pick<LoadedConfig, 'pluginPackages' | 'oauthClients'> {
  /** Returns the local endpoints of a provider in the current configuration. */
  localEndpoints(provider: string): readonly string[]
  /** Returns the provider of the current configuration. */
  hostProvider(name: string): HostProvider | undefined
  /** Returns the function of the current configuration. */
  hostFunction(name: string): HostFunction | undefined
  /** Calls the listener for each change since the configuration was opened, one at a time. */
  onChange(listener: (changed: OperatorChanges) => Promise<void>): void
  close(): Promise<void>
}

/**
 * Loads the configuration, see {@link loadConfig}, and reloads it when the file, an import of it or of its host
 * modules, or the location of a package changes. If a reload fails, the old configuration remains in effect.
 *
 * @param given path, relative to the working directory
 * @param hosts whether to load the host modules; gateways do not need them, because they run no blocks
 * @param onError receives the error of each failed reload
 * @throws {AshlarError} CONFIG_INVALID when the first load fails
 */
export async function openOperatorConfig(
  given: string | undefined,
  { hosts, onError }: { hosts: boolean; onError(error: unknown): void },
): Promise<OpenedConfig> {
  let watched = new Set<string>()
  let config = await loadConfig(given, hosts, watched)
  const { pluginPackages, oauthClients } = config
  let isChanged = false
  let notify = async (_changed: OperatorChanges): Promise<void> => undefined
  let queue = Promise.resolve()
  let isClosed = false
  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(() => (isClosed ? undefined : work())).catch(onError)
  }
  const watcher = createPathWatcher(() => enqueue(reload))
  const reload = async (): Promise<void> => {
    const found = new Set<string>()
    try {
      config = await loadConfig(given, hosts, found)
      watched = found
    } finally {
      // A failed load may have found only some of the paths, so the old paths are watched as well.
      if (!isClosed) watcher.set((watched = watched.union(found)))
    }
    isChanged = true
    await notify(config)
  }
  watcher.set(watched)
  return {
    pluginPackages,
    oauthClients,
    localEndpoints: (provider) => (Object.hasOwn(config.localEndpoints, provider) ? (config.localEndpoints[provider] ?? []) : []),
    hostProvider: (name) => config.hostModules.providers.get(name),
    hostFunction: (name) => config.hostModules.functions.get(name),
    onChange(listener) {
      notify = listener
      if (isChanged) enqueue(() => listener(config))
    },
    async close() {
      isClosed = true
      watcher.close()
      await queue
    },
  }
}
