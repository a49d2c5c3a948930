import { randomUUID } from 'node:crypto'
import { createCallerApi, type CallerApi, type GraphServices } from './access/index.ts'
import { ACCOUNT_ENTITIES, type Caller } from './domains/accounts/index.ts'
import { openUsers, type OpenUsers } from './domains/sign-in/index.ts'
import type { CostLimits, CostRate } from './domains/costs/index.ts'
import type { QuotaOverrides, Quotas } from './domains/quotas/index.ts'
import { openCapabilities, openLimits } from './open-parts.ts'
import { createHttpClient, type CredentialStore, type HostModules, type FindLocalEndpoints } from './capabilities/index.ts'
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
  type FindProvider,
  type OAuthClient,
} from './domains/credentials/index.ts'
import { createNotifications, openDatabase, type Database } from './postgres/index.ts'
import { Execution, createChildren, createPlanCache } from './runtime/lifecycle/index.ts'
import { createExecutionFiles, createExecutions, type ExecutionFiles, type Executions } from './domains/executions/index.ts'
import { createDeltaSender } from './runtime/deltas/index.ts'
import { createJournalHealth, type JournalHealth } from './runtime/journal/index.ts'
import { countUnfinished, createWorker, releaseWork, type Worker } from './runtime/worker/index.ts'
import { Graph, GraphVersion, createGraphs } from './domains/graphs/index.ts'
import { PluginVersion, type PluginStore } from './catalogue/publishing/index.ts'
import { createNamedPackages, type PluginScans } from './catalogue/sources/index.ts'
import { openPlugins } from './catalogue/index.ts'
import type { Catalogues } from './catalogue/listing/index.ts'
import type { DevPlugins } from './catalogue/dev/index.ts'
import type { PluginRegistry } from './catalogue/registry/index.ts'
import { createGraphServices } from './graph-services.ts'
import { createQueue, type Queue } from './postgres/queue/index.ts'
import { createFolderStore, createWorkspaces } from './workspaces/index.ts'
import type { RuntimeFakes } from './recording/index.ts'
import { DEFAULT_SANDBOX_LIMITS, type Isolation, type SandboxLimits } from './sandbox/limits/index.ts'
import { createSandbox, type Sandbox } from './sandbox/index.ts'
import { readIsolation, reportIsolation } from './sandbox/launch/index.ts'

/** All entities of MikroORM. */
export const ENTITIES = [...ACCOUNT_ENTITIES, PluginVersion, Graph, GraphVersion, Execution, Credential]

/** `gateway` serves requests, `worker` runs executions in sandboxes, `all` does both in one process. */
export type Role = 'all' | 'gateway' | 'worker'

export interface RuntimeConfig extends Partial<HostModules> {
  /** `postgres://…` */
  databaseUrl: string
  /** @default 'all' */
  role?: Role
  /** Folders whose subfolders are plugin packages. A gateway uses the plugins that the workers have stored. */
  pluginRoots: readonly string[]
  /** Folders of plugin packages that the operator has named. Trusted like packages of the store. @default none */
  pluginPackages?: readonly string[]
  /**
   * Keys that seal credentials, base64 of 32 bytes each. The first key seals; every key opens. All processes of an
   * installation have the same keys. @default none: credentials cannot be stored
   */
  secretKeys?: readonly string[]
  /** Reload plugins when their files change. @default false */
  watch?: boolean
  sandbox?: Partial<SandboxLimits>
  /** No other worker can be running, so all held leases belong to workers that have ended. @default false */
  alone?: boolean
  /** The id of the worker of this runtime, a UUID. @default a new one */
  workerId?: string
  /** Opens everything, but takes no work before {@link Runtime.takeOver}. @default false */
  standby?: boolean
  /**
   * The time that blocks with external effects have to finish after the runtime is closed. Blocks that still run then
   * are aborted. Executions without running effects are handed over immediately. @default 30 000
   */
  stopGraceMs?: number
  /** Days for which the events of executions are kept. @default 30 */
  retentionDays?: number
  /** Folder for the files of executions, shared by the workers of all machines. @default none: blocks have no files */
  filesDir?: string | undefined
  /** Hosts and networks outside the public internet that blocks may reach, such as `10.0.0.0/8`. @default none */
  httpAllow?: readonly string[]
  /**
   * Returns the hosts and ports outside the public internet that requests with a credential of a qualified provider may
   * reach, such as `127.0.0.1:11434`. Called for each request. @default none
   */
  localEndpoints?: FindLocalEndpoints
  /** OAuth clients that are registered with services, by qualified provider. @default none */
  oauthClients?: Readonly<Record<string, OAuthClient>>
  /** What each key may spend on operations of the API, except those of the owner. @default no limit */
  costRate?: CostRate | undefined
  /** Limits of accounts that have none of their own. @default {@link DEFAULT_QUOTAS} */
  quotas?: QuotaOverrides | undefined
  /** Replaces external services and recorded runs, in tests of graphs. @default none */
  fakes?: RuntimeFakes
  /** Receives failures of background work. */
  onError(error: unknown): void
}

/** The configuration that can change while a runtime runs. */
export type OperatorChanges = Required<Pick<RuntimeConfig, 'pluginPackages' | 'oauthClients'>>

/**
 * The interface of core for the schema and the gateway. The services of domains do not check who calls them: they take
 * the ids of accounts. Requests use {@link Runtime.as}, which checks what the sender may do.
 */
export interface Runtime extends OpenUsers, GraphServices, Catalogues {
  /** What a caller may do with graphs, executions, credentials, accounts and plugins. */
  as(caller: Caller): CallerApi
  authorizations: Authorizations
  costLimits: CostLimits
  credentials: Credentials
  database: Database
  executions: Executions
  executionFiles: ExecutionFiles
  /** Whether the journal can be written. */
  journal: Pick<JournalHealth, 'state'>
  plugins: PluginRegistry
  quotas: Quotas
  pluginScans: PluginScans
  pluginStore: PluginStore
  devPlugins: DevPlugins
  /** Undefined in a gateway. */
  sandbox: Sandbox | undefined
  /** The sandbox limits of this installation. */
  sandboxLimits: SandboxLimits
  /** @returns the weakest sandbox isolation among the workers of this installation; undefined if there are none */
  isolation(): Promise<Isolation | undefined>
  /** Undefined in a gateway. */
  worker: Worker | undefined
  /** The number of executions that had not finished when the runtime was created. */
  unfinishedAtStart: number
  /** Applies changes of the operator. Packages that are no longer named are removed. */
  configure(changed: OperatorChanges): Promise<void>
  /** Makes a standby runtime take work. It first releases the executions that a worker left behind when it ended. */
  takeOver(lostWorkerId: string): Promise<void>
  /**
   * Stops taking work, hands over all executions (see {@link RuntimeConfig.stopGraceMs}), and ends the sandbox
   * processes and connections.
   */
  close(options?: CloseOptions): Promise<void>
}

export interface CloseOptions {
  /** Overrides {@link RuntimeConfig.stopGraceMs}. 0 if nothing can be stored any more. */
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
        config.onError(error) // the remaining steps still run
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

/** @param undo receives a closing step for everything that is opened */
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
  const { quotas, ...limitParts } = openLimits(config, database, undo)
  const pluginParts = { database, quotas, notifications, sandbox, roots: config.pluginRoots, watch: !!config.watch, onError }
  const { plugins, errorLocator, ...catalogueParts } = await openPlugins(pluginParts, undo)
  const { clients, configure } = await openConfigured(config, { database, sandbox, plugins, ...catalogueParts }, undo)
  const { maxValueBytes, ...otherLimits } = { ...DEFAULT_SANDBOX_LIMITS, ...limits }
  const graphs = createGraphs(database, plugins, quotas)
  const health = createJournalHealth({ pool: database.pool, notifications, onError })
  undo.push(health.close)
  const parts = { database, notifications, queue, quotas, plans: createPlanCache(database.fork, plugins), health, onError }
  const unfinishedAtStart = await recover(config, database, queue)
  const children = createChildren({ ...parts, graphs, maxValueBytes })
  const http = { allow: config.httpAllow ?? [], localEndpoints: config.localEndpoints }
  const { store, ...userParts } = openCredentials({ ...config, oauthClients: clients }, database, plugins, http, undo)
  const workspaces = config.filesDir === undefined ? undefined : createWorkspaces(database, createFolderStore(config.filesDir))
  const deltas = createDeltaSender(database.pool)
  const capabilities = openCapabilities(config, { database, plugins, store, http, workspaces, quotas })
  undo.push(capabilities.close, () => deltas.close())
  const id = config.workerId ?? randomUUID()
  const workerParts = { ...parts, id, errorLocator, capabilities, children, deltas, retentionDays, workspaces, stopGraceMs }
  const worker = sandbox && createWorker({ ...workerParts, sandbox: config.fakes?.wrapSandbox(sandbox) ?? sandbox })
  undo.push(() => worker?.close())
  if (sandbox) undo.push(await reportIsolation(database.pool, id, sandbox.isolation, onError))
  if (!config.standby) worker?.start()
  const services = {
    ...openUsers(database, notifications, onError, undo),
    ...userParts,
    ...catalogueParts,
    ...createGraphServices(database, plugins, graphs, quotas),
    quotas,
    executions: createExecutions({ ...parts, graphs, maxValueBytes }),
    executionFiles: createExecutionFiles({ ...config, pool: database.pool, workspaces }),
  }
  return {
    ...services,
    as: (caller) => createCallerApi(services, caller),
    ...limitParts,
    database,
    journal: health,
    plugins,
    sandbox,
    sandboxLimits: { maxValueBytes, ...otherLimits },
    isolation: () => readIsolation(database.pool),
    worker,
    unfinishedAtStart,
    configure,
    takeOver: (lostWorkerId) => releaseWork(database, queue, lostWorkerId).then(() => worker?.start()),
  }
}

/** Releases the executions of workers that have ended. @returns the number of executions that have not finished */
async function recover({ alone }: Pick<RuntimeConfig, 'alone'>, database: Database, queue: Queue): Promise<number> {
  if (alone) await queue.release(await queue.held())
  return countUnfinished(database, queue)
}

/**
 * Opens what {@link Runtime.configure} can change: the named packages, and the clients in an object that is updated in
 * place.
 */
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

/** Opens the credentials of users, for users and for running blocks. */
function openCredentials(
  { secretKeys = [], oauthClients: clients = {}, hostProvider, onError }: RuntimeConfig,
  { pool, fork }: Database,
  plugins: PluginRegistry,
  allowed: Parameters<typeof createHttpClient>[0],
  undo: (() => Promise<void> | void)[],
): Pick<Runtime, 'authorizations' | 'credentials'> & { store: CredentialStore } {
  const http = createHttpClient(allowed)
  undo.push(http.close)
  const findProvider: FindProvider = async (ownerId, name) => (await plugins.forAccount(ownerId)).provider(name)
  const providerNames = async (ownerId: string): Promise<string[]> =>
    (await plugins.forAccount(ownerId)).providers().map(({ qualifiedName }) => qualifiedName)
  const parts = { pool, fork, box: createSecretBox(secretKeys), http, clients, findProvider, providerNames }
  const renewals = createRenewals(parts)
  undo.push(renewals.close)
  return {
    store: createCredentialStore(parts, renewals, hostProvider),
    credentials: createCredentials({ ...parts, revoke: createRevoker(parts, onError) }),
    authorizations: createAuthorizations(parts),
  }
}
