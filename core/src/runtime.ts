import { ApiKey, User, createAccounts, type Accounts } from './accounts/index.ts'
import { createCapabilities } from './capabilities/index.ts'
import { createNotifications, openDatabase, type Database } from './database/index.ts'
import {
  Execution,
  cancelTree,
  createChildren,
  createExecutions,
  createPlans,
  createWorker,
  type Executions,
  type Worker,
} from './executions/index.ts'
import { Graph, GraphVersion, createGraphs, type Graphs } from './graphs/index.ts'
import { PluginBundle, createBundleStore, createPluginRegistry, watchPlugins, type PluginRegistry } from './plugins/index.ts'
import { createQueue } from './queue/index.ts'
import { DEFAULT_SANDBOX_LIMITS, createSandbox, type Sandbox, type SandboxLimits } from './sandbox/index.ts'

/** Everything that MikroORM keeps. */
export const ENTITIES = [User, ApiKey, PluginBundle, Graph, GraphVersion, Execution]

export interface RuntimeConfig {
  /** `postgres://…` */
  databaseUrl: string
  /** Folders whose subfolders are plugin packages. */
  pluginRoots: readonly string[]
  /** Reload plugins when their files change. @default false */
  watch?: boolean
  sandbox?: Partial<SandboxLimits>
  /** Hears of failures that nobody waits for. */
  onError(error: unknown): void
}

/** Everything the schema and the gateway see of core. */
export interface Runtime {
  accounts: Accounts
  database: Database
  executions: Executions
  graphs: Graphs
  plugins: PluginRegistry
  sandbox: Sandbox
  worker: Worker
  /** Stops taking work, leaves executions as the journal has them, ends the sandbox processes and connections. */
  close(): Promise<void>
}

/**
 * Composes the domains of core.
 *
 * @throws {AshlarError} DATABASE_UNREACHABLE DATABASE_FAILED CONFIG_INVALID
 */
export async function createRuntime({
  databaseUrl,
  pluginRoots,
  watch = false,
  sandbox: limits,
  onError,
}: RuntimeConfig): Promise<Runtime> {
  const undo: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  try {
    const [database, sandbox] = await Promise.all([openDatabase({ url: databaseUrl, entities: ENTITIES }), createSandbox(limits)])
    undo.push(database.close, sandbox.close)
    const fork = database.fork
    const plugins = createPluginRegistry(sandbox, pluginRoots, createBundleStore(fork))
    const [queue, notifications] = await Promise.all([
      createQueue(database.pool, onError),
      createNotifications(databaseUrl),
      plugins.reload(),
    ])
    undo.push(notifications.close, queue.close)
    if (watch) undo.push(watchPlugins(pluginRoots, () => plugins.reload().catch(onError)))
    const { maxValueBytes } = { ...DEFAULT_SANDBOX_LIMITS, ...limits }
    const graphs = createGraphs(database, plugins)
    const plans = createPlans(fork, plugins)
    const children = createChildren({
      database,
      queue,
      graphs,
      maxValueBytes,
      cancel: async (id) =>
        void (await cancelTree({ database, plans }, id, { code: 'CANCELLED', message: 'its parent has ended' })),
    })
    const worker = createWorker({
      database,
      notifications,
      queue,
      plans,
      sandbox,
      capabilities: createCapabilities(database.pool),
      children,
      onError,
    })
    undo.push(worker.close.bind(worker))
    const executions = createExecutions({ database, notifications, queue, graphs, plans, maxValueBytes })
    return { accounts: createAccounts(fork), database, executions, graphs, plugins, sandbox, worker, close }
  } catch (error) {
    await close()
    throw error
  }
}
