/**
 * The process of a worker under a supervisor (`start-worker.ts`), which is its parent and tells it over the channel what to do.
 * It ends when the channel does.
 */
import { createRuntime, type Runtime } from '@ashlar/core'
import type { Config } from '../../base/config.ts'
import { openOperatorConfig } from '../../operator-config/index.ts'
import { PLUGIN_ROOTS, sandboxLimits, warnAboutIsolation } from '../../installation/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { watchFailedPlugins } from '../command/failed-plugins.ts'

export interface WorkerOptions {
  /** A UUID. */
  id: string
  databaseUrl: string
  retentionDays: number
  stopGraceMs: number
  sandboxMemoryMb: number | undefined
  weakestIsolation: Config['weakestIsolation']
  httpAllow: string[]
  secretKeys: readonly string[]
  filesDir: string
  oauthClients: Config['oauthClients']
  configFile: string | undefined
}

/** What the supervisor says: first `open`, then `start` or `take-over`, at last `stop`. */
export type ToWorker =
  | { type: 'open'; options: WorkerOptions }
  | { type: 'start' }
  | { type: 'take-over'; from: string }
  | { type: 'stop' }

/** What the worker says: it is open and stands by, or could not be opened. */
export type FromWorker = { type: 'standing-by' } | { type: 'failed'; code: string; message: string }

/** Beyond the grace period. */
const STOP_WITHIN_MS = 9000
const logger = loggerTo(process.stderr)
let opening: Promise<Runtime> | undefined
let stopGraceMs = 0
let stopping: Promise<void> | undefined

async function receive(message: ToWorker): Promise<void> {
  if (message.type === 'open') return open(message.options)
  const runtime = await opening
  if (message.type === 'stop') return stop()
  if (!runtime) return
  if (message.type === 'start') runtime.worker?.start()
  else await runtime.takeOver(message.from)
  // A standby does not log, so that the log of the supervisor contains each failure once.
  watchFailedPlugins(runtime.plugins, logger)
}

async function open(options: WorkerOptions): Promise<void> {
  stopGraceMs = options.stopGraceMs
  opening = openRuntime(options)
  try {
    await opening
    tell({ type: 'standing-by' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL'
    tell({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) })
    process.disconnect?.()
  }
}

async function openRuntime(options: WorkerOptions): Promise<Runtime> {
  const { id, databaseUrl, retentionDays, httpAllow, secretKeys, oauthClients, filesDir } = options
  const onError = (error: unknown): void => logger.error('runtime', error)
  const operator = await openOperatorConfig(options.configFile, { hosts: true, onError })
  const runtime = await createRuntime({
    role: 'worker',
    workerId: id,
    standby: true,
    databaseUrl,
    retentionDays,
    stopGraceMs: options.stopGraceMs,
    sandbox: sandboxLimits(options),
    httpAllow,
    secretKeys,
    filesDir,
    oauthClients: { ...operator.oauthClients, ...oauthClients },
    hostProvider: operator.hostProvider,
    pluginPackages: operator.pluginPackages,
    pluginRoots: PLUGIN_ROOTS,
    watch: true,
    onError,
  })
  if (runtime.sandbox) warnAboutIsolation(runtime.sandbox.isolation, logger)
  operator.onChange((changed) => runtime.configure({ ...changed, oauthClients: { ...changed.oauthClients, ...oauthClients } }))
  return runtime
}

function stop(): Promise<void> {
  return (stopping ??= stopOnce())
}

async function stopOnce(): Promise<void> {
  setTimeout(() => process.exit(1), stopGraceMs + STOP_WITHIN_MS).unref()
  const runtime = await opening?.catch(() => undefined) // reported when it failed
  await runtime?.close()
  process.exit(0)
}

function tell(message: FromWorker): void {
  process.send?.(message)
}

process.on('message', (message: ToWorker) => {
  receive(message).catch((error: unknown) => {
    logger.error('worker', error)
    process.exit(1) // whoever stands by takes over
  })
})
// The terminal's Ctrl-C reaches the whole group; the supervisor stops its workers itself, in order.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('SIGTERM', () => void stop())
// A supervisor that ends while this process stops was asked twice to stop: then nothing is waited for.
process.on('disconnect', () => (stopping ? process.exit(130) : void stop()))
