/**
 * The process of a worker. Its parent is the supervisor (`start-worker.ts`), which sends it commands over the IPC
 * channel. The process ends when the channel closes.
 */
import { createRuntime, type Runtime } from '@ashlar/core'
import type { Config } from '../../base/config.ts'
import { openOperatorConfig } from '../../operator-config/index.ts'
import { PLUGIN_ROOTS, sandboxLimits, warnAboutIsolation } from '../../installation/index.ts'
import { limitHeapGrowth } from '../../base/heap.ts'
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
  localEndpoints: Config['localEndpoints']
  secretKeys: readonly string[]
  filesDir: string
  oauthClients: Config['oauthClients']
  quotas: Config['quotas']
  configFile: string | undefined
}

/** Messages of the supervisor: first `open`, then `start` or `take-over`, finally `stop`. */
export type ToWorker =
  | { type: 'open'; options: WorkerOptions }
  | { type: 'start' }
  | { type: 'take-over'; from: string }
  | { type: 'stop' }

/** Messages of the worker: it is ready, or it did not start. */
export type FromWorker = { type: 'ready' } | { type: 'failed'; code: string; message: string }

/** Limit for the steps of stopping after the grace period. */
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
    send({ type: 'ready' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'INTERNAL'
    send({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) })
    process.disconnect?.()
  }
}

async function openRuntime(options: WorkerOptions): Promise<Runtime> {
  const { id, databaseUrl, retentionDays, httpAllow, localEndpoints, secretKeys, oauthClients, quotas, filesDir } = options
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
    localEndpoints: (provider) => [...(localEndpoints[provider] ?? []), ...operator.localEndpoints(provider)],
    secretKeys,
    quotas,
    filesDir,
    oauthClients: { ...operator.oauthClients, ...oauthClients },
    ...operator.hostModules,
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
  const runtime = await opening?.catch(() => undefined) // the failure has been reported
  await runtime?.close()
  process.exit(0)
}

function send(message: FromWorker): void {
  process.send?.(message)
}

limitHeapGrowth()
process.on('message', (message: ToWorker) => {
  receive(message).catch((error: unknown) => {
    logger.error('worker', error)
    process.exit(1) // the standby takes over
  })
})
// Ctrl-C in a terminal signals the whole process group. The supervisor stops its workers in order.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('SIGTERM', () => void stop())
// A supervisor that ends while this process stops has received a second stop request: end immediately.
process.on('disconnect', () => (stopping ? process.exit(130) : void stop()))
