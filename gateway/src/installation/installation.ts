import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createRuntime,
  openDataDir,
  startEmbeddedPostgres,
  type CloseOptions,
  type DataDir,
  type Isolation,
  type Runtime,
  type RuntimeConfig,
  type RuntimeFakes,
} from '@ashlar/core'
import type { Config } from '../base/config.ts'
import type { Logger } from '../base/logger.ts'
import { openOperatorConfig } from '../operator-config/index.ts'
import { ensureKey } from './key-file.ts'
import { ensureSecretKeys } from './secret-keys.ts'

/** A runtime with its data directory and database. */
export interface Installation {
  runtime: Runtime
  dataDir: DataDir
  ownerKey: string
  ownerId: string
  /** Closes runtime, database and data directory, in this order. Continues after a step that fails. Idempotent. */
  close(options?: CloseOptions): Promise<void>
}

interface InstallationOptions {
  config: Config
  /** @default 'all' */
  role?: 'all' | 'gateway'
  logger: Logger
  /** Whether to reload plugins when their files change. */
  watch: boolean
  /** Replaces external services, in tests of graphs. @default none */
  fakes?: RuntimeFakes
  /** Called when the embedded Postgres exits unexpectedly. */
  onDatabaseLost(reason: string): void
}

/** Folders of the built-in plugins. */
export const PLUGIN_ROOTS = [fileURLToPath(new URL('../../../plugins', import.meta.url))]

/**
 * Opens an installation. If a step fails, closes what is already open.
 *
 * @throws {AshlarError} DATA_DIR_IN_USE DATA_DIR_UNUSABLE DATABASE_FAILED DATABASE_UNREACHABLE CONFIG_INVALID
 */
export async function openInstallation({
  config,
  role = 'all',
  logger,
  watch,
  fakes,
  onDatabaseLost,
}: InstallationOptions): Promise<Installation> {
  const undo: ((options?: CloseOptions) => Promise<void>)[] = []
  const close = async (options?: CloseOptions): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop())
      await step(options).catch((error: unknown) => logger.error('shutdown', error))
  }
  try {
    const dataDir = await openDataDir(config.dataDir)
    undo.push(() => dataDir.release())
    const databaseUrl = config.databaseUrl ?? (await startDatabase())
    const onError = (error: unknown): void => logger.error('runtime', error)
    const operator = await openOperatorConfig(config.configFile, { hosts: role === 'all', onError })
    undo.push(operator.close)
    const runtime = await createRuntime({
      databaseUrl,
      role,
      ...limitsOf(config),
      sandbox: sandboxLimits(config),
      localEndpoints: (provider) => [...(config.localEndpoints[provider] ?? []), ...operator.localEndpoints(provider)],
      secretKeys: await ensureSecretKeys(config),
      filesDir: config.filesDir,
      oauthClients: { ...operator.oauthClients, ...config.oauthClients },
      ...operator.hostModules,
      pluginPackages: operator.pluginPackages,
      pluginRoots: PLUGIN_ROOTS,
      watch,
      ...(fakes && { fakes }),
      alone: config.databaseUrl === undefined,
      onError,
    })
    undo.push((options) => runtime.close(options), operator.close)
    if (runtime.sandbox) warnAboutIsolation(runtime.sandbox.isolation, logger)
    if (runtime.worker) logUnfinished(runtime.unfinishedAtStart, logger)
    operator.onChange((changed) =>
      runtime.configure({ ...changed, oauthClients: { ...changed.oauthClients, ...config.oauthClients } }),
    )
    const ownerKey = await ensureKey(dataDir.ownerKeyFile)
    const { id: ownerId } = await runtime.users.ensureOwner()
    await runtime.apiKeys.allow(ownerId, ownerKey, 'owner key')
    return { runtime, dataDir, ownerKey, ownerId, close: once(close) }

    async function startDatabase(): Promise<string> {
      const postgres = await startEmbeddedPostgres({ dir: dataDir.postgresDir, onNotice: logger.info, onExit: onDatabaseLost })
      undo.push(() => postgres.stop())
      return postgres.url
    }
  } catch (error) {
    await close()
    throw error
  }
}

function limitsOf({ retentionDays, stopGraceSeconds, costRate, quotas, httpAllow }: Config): Partial<RuntimeConfig> {
  return { retentionDays, stopGraceMs: stopGraceSeconds * 1000, costRate, quotas, httpAllow }
}

function logUnfinished(count: number, logger: Logger): void {
  if (count > 0) logger.info(count === 1 ? '1 unfinished execution continues.' : `${count} unfinished executions continue.`)
}

/** Path of the owner key of a data directory that another process has locked. */
export function ownerKeyFile(dataDir: string): string {
  return join(resolve(dataDir), 'owner-key')
}

/** The sandbox limits of the configuration. */
export function sandboxLimits({
  sandboxMemoryMb: memoryMb,
  weakestIsolation,
}: Pick<Config, 'sandboxMemoryMb' | 'weakestIsolation'>): RuntimeConfig['sandbox'] & object {
  return { ...(memoryMb !== undefined && { memoryMb }), ...(weakestIsolation && { weakestIsolation }) }
}

const WARNINGS: Record<Isolation, string | undefined> = {
  BUBBLEWRAP: undefined,
  SECCOMP: 'sandbox isolation SECCOMP: install bubblewrap for the strongest isolation (docs/sandbox.md)',
  PROCESS:
    'sandbox isolation PROCESS, the weakest: third-party plugins run only with ASHLAR_SANDBOX_ISOLATION=process (docs/sandbox.md)',
}

/** Logs a warning if the isolation is not the strongest. */
export function warnAboutIsolation(isolation: Isolation, logger: Logger): void {
  const warning = WARNINGS[isolation]
  if (warning) logger.info(warning)
}

function once(close: Installation['close']): Installation['close'] {
  let done: Promise<void> | undefined
  return (options) => (done ??= close(options))
}
