import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { AshlarError, type ErrorCode } from '@ashlar/core'
import type { Config } from '../../base/config.ts'
import { readSecretKeys } from '../../installation/index.ts'
import type { Logger } from '../../base/logger.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './worker-process.ts'

interface WorkerService {
  config: Config
  /** URL of the database that it shares with the gateways and other workers. */
  databaseUrl: string
  logger: Logger
  signal: AbortSignal
  ready(): void
}

/**
 * Runs executions of a database until the signal aborts, without an API. The worker runs in a child process. A second
 * child process, the standby, has everything open. If the worker process ends unexpectedly, the standby takes over its
 * executions within milliseconds, and a new standby starts.
 *
 * @throws {AshlarError} with the code of the first worker process if it does not start
 */
export async function serveWorker({ config, databaseUrl, logger, signal, ready }: WorkerService): Promise<void> {
  const { retentionDays, stopGraceSeconds, sandboxMemoryMb, weakestIsolation, httpAllow, oauthClients, filesDir, configFile } =
    config
  const { localEndpoints, quotas } = config
  const stopGraceMs = stopGraceSeconds * 1000
  const secretKeys = await readSecretKeys(config)
  const options = {
    databaseUrl,
    retentionDays,
    stopGraceMs,
    sandboxMemoryMb,
    weakestIsolation,
    httpAllow,
    localEndpoints,
    oauthClients,
    quotas,
    secretKeys,
    filesDir,
    configFile,
  }
  const processes = new WorkerProcesses(options, logger)
  try {
    await processes.start()
    ready()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    logger.info('Stopping. Send a second signal to stop immediately.')
  } finally {
    await processes.stop()
  }
}

/** If a standby ends sooner than this after its start, the wait before the next start doubles. */
const HEALTHY_AFTER_MS = 10_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000

class WorkerProcesses {
  readonly #options: Omit<WorkerOptions, 'id'>
  readonly #logger: Logger
  #working: WorkerProcess | undefined
  #standby: WorkerProcess | undefined
  /** Id of the worker that ended and has no successor yet. */
  #endedId: string | undefined
  #waitMs = FIRST_WAIT_MS
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: Omit<WorkerOptions, 'id'>, logger: Logger) {
    this.#options = options
    this.#logger = logger
  }

  async start(): Promise<void> {
    const first = this.#fork()
    await first.open
    first.send({ type: 'start' })
    this.#working = first
    this.#startStandby()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.all([this.#working?.stop(), this.#standby?.stop()])
  }

  #fork(): WorkerProcess {
    const worker: WorkerProcess = new WorkerProcess(this.#options, (how) => this.#onExit(worker, how))
    return worker
  }

  /** Starts the next standby, which takes a second or two. */
  #startStandby(): void {
    if (this.#stopped) return
    const next = this.#fork()
    this.#standby = next
    next.open.then(
      () => this.#promote(),
      (error: unknown) => this.#logger.error('a standby worker did not start', error),
    )
  }

  #onExit(worker: WorkerProcess, how: string): void {
    if (this.#stopped) return
    if (worker === this.#working) {
      this.#logger.error(`the worker process ended (${how}); the standby takes over`)
      this.#working = undefined
      this.#endedId = worker.id
      this.#promote()
    } else if (worker === this.#standby) {
      this.#standby = undefined
      this.#startStandbyLater(worker)
    }
  }

  #startStandbyLater(failed: WorkerProcess): void {
    this.#waitMs = failed.ageMs > HEALTHY_AFTER_MS ? FIRST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => this.#startStandby(), this.#waitMs)
  }

  /** Makes an open standby the successor of a worker that has ended. */
  #promote(): void {
    const next = this.#standby
    if (this.#endedId === undefined || !next?.isOpen) return
    next.send({ type: 'take-over', from: this.#endedId })
    this.#endedId = undefined
    this.#working = next
    this.#standby = undefined
    this.#startStandby()
  }
}

/** A worker process. */
class WorkerProcess {
  readonly id = randomUUID()
  /** Resolves when the process is ready. */
  readonly open: Promise<void>
  isOpen = false
  readonly #child: ChildProcess
  readonly #startedAt = Date.now()

  constructor(options: Omit<WorkerOptions, 'id'>, onExit: (how: string) => void) {
    this.#child = fork(fileURLToPath(new URL('worker-process.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('error', () => {}) // a failed send; `exit` follows
    this.open = new Promise((resolve, reject) => {
      this.#child.on('message', (message: FromWorker) => {
        if (message.type === 'failed') return reject(new AshlarError(message.code as ErrorCode, message.message))
        this.isOpen = true
        resolve()
      })
      this.#child.once('exit', (code, signal) => {
        const how = signal ?? `status ${code}`
        reject(new Error(`a worker process ended before it was ready: ${how}`))
        onExit(how)
      })
    })
    this.open.catch(() => {}) // the caller that awaits it handles the error
    this.send({ type: 'open', options: { ...options, id: this.id } })
  }

  get ageMs(): number {
    return Date.now() - this.#startedAt
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.send({ type: 'stop' })
    await exited
  }
}
