import { createRuntime } from '@ashlar/core'
import type { Config } from '../config.ts'
import { PLUGIN_ROOTS } from '../installation/index.ts'
import type { Logger } from '../logger.ts'

interface WorkerService {
  config: Config
  /** Of the database that it shares with the gateways and other workers. */
  databaseUrl: string
  logger: Logger
  signal: AbortSignal
  ready(): void
}

/** A worker alone: runs executions of a database until it is told to stop, and answers nobody. */
export async function serveWorker({ config, databaseUrl, logger, signal, ready }: WorkerService): Promise<void> {
  const runtime = await createRuntime({
    role: 'worker',
    databaseUrl,
    pluginRoots: PLUGIN_ROOTS,
    watch: true,
    retentionDays: config.retentionDays,
    onError: (error) => logger.error('runtime', error),
  })
  try {
    ready()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await runtime.close()
  }
}
