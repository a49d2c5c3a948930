import type { HostProvider, OperatorChanges } from '@ashlar/core'
import { loadConfig, type LoadedConfig } from './load-config.ts'
import { createPathWatcher } from './path-watcher.ts'

/** What an operator has configured in a file, ready for a runtime. */
export interface OpenedConfig extends Pick<LoadedConfig, 'pluginPackages' | 'oauthClients'> {
  /** As it is now. */
  hostProvider(name: string): HostProvider | undefined
  /** Tells each change from the opening on, one after the other. */
  onChange(listener: (changed: OperatorChanges) => Promise<void>): void
  close(): Promise<void>
}

/**
 * Opens the configuration, see {@link loadConfig}, and loads it again when the file changes, what it or its host modules import,
 * or where its packages lie; one that cannot be loaded any more stays as it was.
 *
 * @param given path, relative to the working directory
 * @param hosts whether its host modules are wanted: gateways run no blocks
 * @param failed hears of what could not be loaded again
 * @throws {AshlarError} CONFIG_INVALID when it cannot be loaded now
 */
export async function openOperatorConfig(
  given: string | undefined,
  { hosts, failed }: { hosts: boolean; failed(error: unknown): void },
): Promise<OpenedConfig> {
  let watched = new Set<string>()
  let config = await loadConfig(given, hosts, watched)
  const { pluginPackages, oauthClients } = config
  let isChanged = false
  let tell = async (_changed: OperatorChanges): Promise<void> => undefined
  let working = Promise.resolve()
  let isClosed = false
  const inTurn = (work: () => Promise<void>): void => {
    working = working.then(() => (isClosed ? undefined : work())).catch(failed)
  }
  const watcher = createPathWatcher(() => inTurn(reload))
  const reload = async (): Promise<void> => {
    const found = new Set<string>()
    try {
      config = await loadConfig(given, hosts, found)
      watched = found
    } finally {
      // One that does not load may not have come to all that it is made of.
      if (!isClosed) watcher.set((watched = watched.union(found)))
    }
    isChanged = true
    await tell(config)
  }
  watcher.set(watched)
  return {
    pluginPackages,
    oauthClients,
    hostProvider: (name) => config.hostProviders.get(name),
    onChange(listener) {
      tell = listener
      if (isChanged) inTurn(() => listener(config))
    },
    async close() {
      isClosed = true
      watcher.close()
      await working
    },
  }
}
