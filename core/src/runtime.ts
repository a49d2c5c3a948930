import { randomUUID } from 'node:crypto'
import { ApiKey, User, createAccounts, createBrowserSessions, type Accounts, type BrowserSessions } from './accounts/index.ts'
import {
  createBlockStorage,
  createCapabilityHosts,
  createHttpClient,
  type CredentialStore,
  type HostProvider,
  type Provider,
} from './capabilities/index.ts'
import {
  Credential,
  createAuthorizations,
  createCredentialStore,
  createCredentials,
  createRenewals,
  createRevoker,
  createSecretBox,
  type Authorizations,
  type Credentials,
  type OAuthClient,
} from './credentials/index.ts'
import { createNotifications, openDatabase, type Database, type Notifications } from './database/index.ts'
import {
  Execution,
  createChildren,
  createExecutions,
  createJournalHealth,
  createPlans,
  countUnfinished,
  createWorker,
  releaseWork,
  type Executions,
  type JournalHealth,
  type Worker,
} from './executions/index.ts'
import {
  Graph,
  GraphVersion,
  createGraphWarnings,
  createGraphs,
  createUpgrades,
  type GraphWarnings,
  type Graphs,
  type Upgrades,
} from './graphs/index.ts'
import {
  PluginVersion,
  createNamedPackages,
  openPlugins,
  type DevPlugins,
  type PluginRegistry,
  type PluginScans,
  type PluginStore,
} from './plugins/index.ts'
import { createQueue, type Queue } from './queue/index.ts'
import { createFolderStore, createWorkspaces } from './workspaces/index.ts'
import {
  DEFAULT_SANDBOX_LIMITS,
  createSandbox,
  readIsolation,
  reportIsolation,
  type Isolation,
  type Sandbox,
  type SandboxLimits,
} from './sandbox/index.ts'

/** Everything that MikroORM keeps. */
export const ENTITIES = [User, ApiKey, PluginVersion, Graph, GraphVersion, Execution, Credential]

/** `gateway` answers and runs nothing; `worker` runs executions and plugin code in sandboxes; `all` does both in one process. */
export type Role = 'all' | 'gateway' | 'worker'

export interface RuntimeConfig {
  /** `postgres://…` */
  databaseUrl: string
  /** @default 'all' */
  role?: Role
  /** Folders whose subfolders are plugin packages; a gateway takes what the workers have. */
  pluginRoots: readonly string[]
  /** Folders of plugin packages that the operator has named; they are trusted no more than those of the store. @default none */
  pluginPackages?: readonly string[]
  /** Keys that seal credentials, base64 of 32 bytes each: the first seals, every one opens. All processes of an installation have the same. @default none: credentials cannot be kept */
  secretKeys?: readonly string[]
  /** Reload plugins when their files change. @default false */
  watch?: boolean
  sandbox?: Partial<SandboxLimits>
  /** No other worker can be there, so what looks held by one was left by one that is gone. @default false */
  alone?: boolean
  /** A UUID that names the worker of this runtime. @default a new one */
  workerId?: string
  /** Opens everything, and takes no work before {@link Runtime.takeOver}. @default false */
  standby?: boolean
  /**
   * The time that blocks with external effects have to finish after the runtime is closed. Blocks that still run then are aborted.
   * Executions that only compute are handed over immediately. @default 30 000
   */
  stopGraceMs?: number
  /** Days for which the events of executions are kept. @default 30 */
  retentionDays?: number
  /** Folder of the files of executions; workers on several machines need the same. @default none: blocks have no files */
  filesDir?: string | undefined
  /** Hosts and networks that blocks may reach although they are not on the public internet: `intranet.example`, `10.0.0.0/8`. @default none */
  httpAllow?: readonly string[]
  /** Clients that are registered at services, by qualified provider. @default none */
  oauthClients?: Readonly<Record<string, OAuthClient>>
  /** How trusted modules of the operator authenticate, by qualified provider; asked for each time. @default none */
  hostProvider?: (provider: string) => HostProvider | undefined
  /** Hears of failures that nobody waits for. */
  onError(error: unknown): void
}

/** What may change while a runtime runs. */
export type OperatorChanges = Required<Pick<RuntimeConfig, 'pluginPackages' | 'oauthClients'>>

/** Everything the schema and the gateway see of core. */
export interface Runtime {
  accounts: Accounts
  /** Logins of browsers. */
  browserSessions: BrowserSessions
  authorizations: Authorizations
  credentials: Credentials
  database: Database
  executions: Executions
  graphs: Graphs
  graphWarnings: GraphWarnings
  /** Whether the journal can be written. */
  journal: Pick<JournalHealth, 'state'>
  /** Brings graphs to the plugins that are installed. */
  upgrades: Upgrades
  plugins: PluginRegistry
  pluginScans: PluginScans
  pluginStore: PluginStore
  devPlugins: DevPlugins
  /** None in a gateway. */
  sandbox: Sandbox | undefined
  /** What sandboxes of this installation allow. */
  sandboxLimits: SandboxLimits
  /** @returns the weakest isolation of sandbox processes among the workers of this installation; undefined while there are none */
  isolation(): Promise<Isolation | undefined>
  /** None in a gateway. */
  worker: Worker | undefined
  /** The number of executions that had not finished when the runtime was created. */
  unfinishedAtStart: number
  /** Takes over what the operator has changed: packages that were named before and are not any more are gone. */
  configure(changed: OperatorChanges): Promise<void>
  /** Begins to take work, first of all what a worker had in hand that is gone. For one that stands by. */
  takeOver(goneWorkerId: string): Promise<void>
  /** Stops taking work, hands over all executions (see {@link RuntimeConfig.stopGraceMs}), and ends the sandbox processes and connections. */
  close(options?: CloseOptions): Promise<void>
}

export interface CloseOptions {
  /** Instead of {@link RuntimeConfig.stopGraceMs}: 0 where nothing can be stored any more. */
  graceMs?: number
}

/**
 * Composes the domains of core.
 *
 * @throws {AshlarError} DATABASE_UNREACHABLE DATABASE_FAILED CONFIG_INVALID
 */
export async function createRuntime(config: RuntimeConfig): Promise<Runtime> {
  const undo: (() => Promise<void> | void)[] = []
  let graceMs = config.stopGraceMs ?? 30_000
  const close = async (options: CloseOptions = {}): Promise<void> => {
    graceMs = options.graceMs ?? graceMs
    for (let step = undo.pop(); step; step = undo.pop()) {
      try {
        await step()
      } catch (error) {
        config.onError(error) // what is left is closed all the same
      }
    }
  }
  try {
    return { ...(await compose({ ...config, graceMs: () => graceMs }, undo)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @param undo gets a step for everything that was opened */
async function compose(
  config: RuntimeConfig & { graceMs(): number },
  undo: (() => Promise<void> | void)[],
): Promise<Omit<Runtime, 'close'>> {
  const { databaseUrl, role = 'all', sandbox: limits, retentionDays = 30, graceMs: stopGraceMs, onError } = config
  const sandboxOpening = role === 'gateway' ? Promise.resolve(undefined) : createSandbox(limits)
  undo.push(() => sandboxOpening.then((opened) => opened?.close()))
  const database = await openDatabase({ url: databaseUrl, entities: ENTITIES })
  undo.push(database.close)
  const sandbox = await sandboxOpening
  const [queue, notifications] = await Promise.all([createQueue(database.pool, onError), createNotifications(databaseUrl)])
  undo.push(notifications.close, queue.close)
  const pluginParts = { database, notifications, sandbox, roots: config.pluginRoots, watch: config.watch ?? false, onError }
  const { plugins, pluginScans, pluginStore, devPlugins, errorLocator } = await openPlugins(pluginParts, undo)
  const { clients, configure } = await openConfigured(config, { database, sandbox, plugins, pluginScans }, undo)
  const { maxValueBytes, ...otherLimits } = { ...DEFAULT_SANDBOX_LIMITS, ...limits }
  const graphs = createGraphs(database, plugins)
  const plans = createPlans(database.fork, plugins)
  const health = createJournalHealth({ pool: database.pool, notifications, onError })
  undo.push(health.close)
  const executions = createExecutions({ database, notifications, queue, graphs, plans, maxValueBytes, health })
  const parts = { database, notifications, queue, plans, health, onError }
  const unfinishedAtStart = await recover(config, database, queue)
  const children = createChildren({ ...parts, graphs, maxValueBytes })
  const http = { allow: config.httpAllow ?? [] }
  const { store, ...ofUsers } = openCredentials({ ...config, oauthClients: clients }, database, plugins, http, undo)
  const workspaces = config.filesDir === undefined ? undefined : createWorkspaces(database, createFolderStore(config.filesDir))
  const capabilities = createCapabilityHosts({ storage: createBlockStorage(database.pool), credentials: store, http, workspaces })
  undo.push(capabilities.close)
  const id = config.workerId ?? randomUUID()
  const ofWorker = { ...parts, id, errorLocator, capabilities, children, retentionDays, workspaces, stopGraceMs }
  const worker = sandbox && createWorker({ ...ofWorker, sandbox })
  undo.push(() => worker?.close())
  if (sandbox) undo.push(await reportIsolation(database.pool, id, sandbox.isolation, onError))
  if (!config.standby) worker?.start()
  return {
    ...openAccounts(database, notifications, onError, undo),
    ...ofUsers,
    database,
    executions,
    graphs,
    graphWarnings: createGraphWarnings(graphs, plugins),
    journal: health,
    upgrades: createUpgrades(graphs, plugins),
    plugins,
    pluginScans,
    pluginStore,
    devPlugins,
    sandbox,
    sandboxLimits: { maxValueBytes, ...otherLimits },
    isolation: () => readIsolation(database.pool),
    worker,
    unfinishedAtStart,
    configure,
    async takeOver(goneWorkerId) {
      await releaseWork(database, queue, goneWorkerId)
      worker?.start()
    },
  }
}

/** Releases the executions that a process which is gone has held. @returns the number of executions that have not finished */
async function recover({ alone }: Pick<RuntimeConfig, 'alone'>, database: Database, queue: Queue): Promise<number> {
  if (alone) await queue.release(await queue.held())
  return countUnfinished(database, queue)
}

function openAccounts(
  database: Database,
  notifications: Notifications,
  onError: (error: unknown) => void,
  undo: (() => void)[],
): Pick<Runtime, 'accounts' | 'browserSessions'> {
  const accounts = createAccounts(database.fork)
  const browserSessions = createBrowserSessions(database, notifications, accounts, onError)
  undo.push(browserSessions.close)
  return { accounts, browserSessions }
}

/** What may be configured anew: the packages that are named, and the clients, in an object that is changed where it is. */
async function openConfigured(
  { pluginRoots: roots, pluginPackages = [], oauthClients, watch = false, onError }: RuntimeConfig,
  { database, sandbox, plugins, pluginScans: scans }: Pick<Runtime, 'database' | 'sandbox' | 'plugins' | 'pluginScans'>,
  undo: (() => Promise<void> | void)[],
): Promise<Pick<Runtime, 'configure'> & { clients: Record<string, OAuthClient> }> {
  const clients = { ...oauthClients }
  const named = sandbox && createNamedPackages({ database, sandbox, plugins, scans, roots, watch, onError })
  undo.push(() => named?.close())
  await named?.set(pluginPackages)
  return {
    clients,
    async configure(changed) {
      for (const name of Object.keys(clients)) Reflect.deleteProperty(clients, name)
      Object.assign(clients, changed.oauthClients)
      await named?.set(changed.pluginPackages)
    },
  }
}

/** What users authenticate with at services, for them and for blocks that run. */
function openCredentials(
  { secretKeys = [], oauthClients: clients = {}, hostProvider, onError }: RuntimeConfig,
  { pool, fork }: Database,
  plugins: PluginRegistry,
  allowed: Parameters<typeof createHttpClient>[0],
  undo: (() => Promise<void> | void)[],
): Pick<Runtime, 'authorizations' | 'credentials'> & { store: CredentialStore } {
  const http = createHttpClient(allowed)
  undo.push(http.close)
  const findProvider = (name: string): Provider | undefined => plugins.providers().find((each) => each.qualifiedName === name)
  const providerNames = (): string[] => plugins.providers().map(({ qualifiedName }) => qualifiedName)
  const parts = { pool, fork, box: createSecretBox(secretKeys), http, clients, findProvider, providerNames }
  const renewals = createRenewals(parts)
  undo.push(renewals.close)
  return {
    store: createCredentialStore(parts, renewals, hostProvider),
    credentials: createCredentials({ ...parts, revoke: createRevoker(parts, onError) }),
    authorizations: createAuthorizations(parts),
  }
}
