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
  /** Of the database that it shares with the gateways and other workers. */
  databaseUrl: string
  logger: Logger
  signal: AbortSignal
  ready(): void
}

/**
 * A worker alone: runs executions of a database until it is told to stop, and answers nobody. It is a process of its own, and
 * another stands by with everything open: should the worker end by itself, that one takes over within milliseconds what it had
 * in hand, and a new one is made to stand by.
 *
 * @throws {AshlarError} when the first could not be opened, with its code
 */
export async function serveWorker({ config, databaseUrl, logger, signal, ready }: WorkerService): Promise<void> {
  const { retentionDays, stopGraceSeconds, sandboxMemoryMb, weakestIsolation, httpAllow, oauthClients, filesDir, configFile } =
    config
  const stopGraceMs = stopGraceSeconds * 1000
  const secretKeys = await readSecretKeys(config)
  const options = {
    databaseUrl,
    retentionDays,
    stopGraceMs,
    sandboxMemoryMb,
    weakestIsolation,
    httpAllow,
    oauthClients,
    secretKeys,
    filesDir,
    configFile,
  }
  const crew = new Crew(options, logger)
  try {
    await crew.begin()
    ready()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    logger.info('Stopping. Send a second signal to stop immediately.')
  } finally {
    await crew.stop()
  }
}

/** A worker that ends sooner than this after it was made is made again more and more slowly. */
const HEALTHY_AFTER_MS = 10_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000

class Crew {
  readonly #options: Omit<WorkerOptions, 'id'>
  readonly #logger: Logger
  #working: Member | undefined
  #standingBy: Member | undefined
  /** The worker that ended while nobody stood by. */
  #vacancy: string | undefined
  #waitMs = FIRST_WAIT_MS
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: Omit<WorkerOptions, 'id'>, logger: Logger) {
    this.#options = options
    this.#logger = logger
  }

  async begin(): Promise<void> {
    const first = this.#hire()
    await first.open
    first.tell({ type: 'start' })
    this.#working = first
    this.#prepare()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.all([this.#working?.stop(), this.#standingBy?.stop()])
  }

  #hire(): Member {
    const member: Member = new Member(this.#options, (how) => this.#left(member, how))
    return member
  }

  /** Makes the next one ready, which takes a second or two. */
  #prepare(): void {
    if (this.#stopped) return
    const next = this.#hire()
    this.#standingBy = next
    next.open.then(
      () => this.#promote(),
      (error: unknown) => this.#logger.error('a worker that was to stand by did not start', error),
    )
  }

  #left(member: Member, how: string): void {
    if (this.#stopped) return
    if (member === this.#working) {
      this.#logger.error(`the worker process ended (${how}); another takes over`)
      this.#working = undefined
      this.#vacancy = member.id
      this.#promote()
    } else if (member === this.#standingBy) {
      this.#standingBy = undefined
      this.#prepareLater(member)
    }
  }

  #prepareLater(failed: Member): void {
    this.#waitMs = failed.ageMs > HEALTHY_AFTER_MS ? FIRST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => this.#prepare(), this.#waitMs)
  }

  /** Who stands by takes the place of who is gone. */
  #promote(): void {
    const next = this.#standingBy
    if (this.#vacancy === undefined || !next?.isOpen) return
    next.tell({ type: 'take-over', from: this.#vacancy })
    this.#vacancy = undefined
    this.#working = next
    this.#standingBy = undefined
    this.#prepare()
  }
}

/** One worker process. */
class Member {
  readonly id = randomUUID()
  /** Resolves when it stands by. */
  readonly open: Promise<void>
  isOpen = false
  readonly #child: ChildProcess
  readonly #madeAt = Date.now()

  constructor(options: Omit<WorkerOptions, 'id'>, left: (how: string) => void) {
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
        left(how)
      })
    })
    this.open.catch(() => {}) // told to whoever waits for it
    this.tell({ type: 'open', options: { ...options, id: this.id } })
  }

  get ageMs(): number {
    return Date.now() - this.#madeAt
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.tell({ type: 'stop' })
    await gone
  }
}
