import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { AshlarError, messageOf } from '../../base/index.ts'
import { findBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { ensureCluster } from './postgres-cluster.ts'
import { openLog, withoutFolders, type PostgresLog } from './postgres-log.ts'
import {
  becomesReady,
  nameForPostgres,
  startProgram,
  stopLeftover,
  stopServer,
  tellToStop,
  type PostgresProgram,
} from './postgres-process.ts'
import { clusterUser, type PostgresUser } from './postgres-user.ts'
import { errorCode } from './process-facts.ts'

/** How the embedded Postgres is started. */
interface EmbeddedPostgresOptions {
  /**
   * The folder of the cluster, made when missing; the folder above must exist and be held by this process (`openDataDir`).
   * `<dir>.password` and `<dir>.log` come to stand beside it.
   */
  dir: string
  /** What an operator may want to know, in sentences. */
  onNotice?: ((message: string) => void) | undefined
  /** The server ended by itself: how, and the last lines of its log. Not called for `stop()`. */
  onExit?: ((reason: string) => void) | undefined
}

/** A running Postgres of our own, on a loopback port. */
export interface EmbeddedPostgresServer {
  /** `postgres://postgres:…@127.0.0.1:<port>/ashlar` */
  readonly url: string
  /** The same server's database `postgres`, to create and drop others from. */
  readonly adminUrl: string
  /** Ends all connections and stops the server. Idempotent; later calls wait for the first. */
  stop(): Promise<void>
}

interface Server {
  port: number
  program: PostgresProgram
}

interface StartOptions {
  dir: string
  user: PostgresUser | undefined
  binaries: PostgresBinaries
  log: PostgresLog
  onNotice: (message: string) => void
}

const DATABASE = 'ashlar'
const MAX_TRIES = 20
/** What passes by itself: someone else took our port, or the last processes of a killed server are still ending. */
const PASSING = /Address already in use|lock file "postmaster.pid" already exists|shared memory block .* is still in use/

/**
 * Starts Postgres on the cluster in `dir`, and makes cluster and database `ashlar` when they are missing.
 * It listens on 127.0.0.1 only, without a Unix socket. As root it runs as the owner of the cluster, see `clusterUser`.
 * @throws {AshlarError} DATABASE_FAILED when it does not start; the message ends with the last lines of its log.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgresServer> {
  const dir = resolve(options.dir)
  const onNotice = options.onNotice ?? (() => undefined)
  try {
    const user = await clusterUser(dir, onNotice)
    const binaries = await findBinaries(user, onNotice)
    const { log, password, server } = await prepare({ dir, user, binaries, onNotice })
    return await handOver(server, password, { log, onExit: options.onExit })
  } catch (error) {
    if (error instanceof AshlarError || errorCode(error) === undefined) throw error
    throw new AshlarError('DATABASE_FAILED', `Postgres cannot be started: ${withoutFolders(messageOf(error))}`, { cause: error })
  }
}

async function prepare(options: Omit<StartOptions, 'log'>): Promise<{ log: PostgresLog; password: string; server: Server }> {
  const log = await openLog(`${options.dir}.log`)
  try {
    const password = await ensureCluster({ ...options, log })
    return { log, password, server: await launch({ ...options, log }) }
  } catch (error) {
    await log.close()
    throw error
  }
}

async function launch(options: StartOptions): Promise<Server> {
  for (let tries = 1; ; tries++) {
    await stopLeftover(options.dir, options.onNotice)
    const port = await freePort()
    const program = await startProgram(options.binaries.postgres, serverArguments(options, port), options)
    if (await becomesReady(options.dir, program, options.onNotice)) return { port, program }
    const { how } = await program.exited
    const tail = await options.log.tail()
    if (tries === MAX_TRIES || !PASSING.test(tail)) {
      throw new AshlarError('DATABASE_FAILED', `Postgres ended with ${how} while it started: ${tail}`)
    }
    await pause(200)
  }
}

function serverArguments({ dir, user }: StartOptions, port: number): string[] {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100']
  return ['-D', nameForPostgres(dir, user), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
}

async function handOver(
  { port, program }: Server,
  password: string,
  { log, onExit }: { log: PostgresLog; onExit: EmbeddedPostgresOptions['onExit'] },
): Promise<EmbeddedPostgresServer> {
  const urlOf = (database: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  // Not a handler of signals, and it ends nothing but Postgres: when the program exits without `stop()`, nobody else would.
  const atExit = (): void => tellToStop(program)
  process.once('exit', atExit)
  const ended = program.exited.then(async ({ how }) => {
    process.off('exit', atExit)
    const reason = `Postgres ended with ${how}: ${await log.tail()}`
    await log.close()
    return reason
  })
  const stopOnce = async (): Promise<void> => {
    await stopServer(program)
    await ended
  }
  try {
    await ensureDatabase(urlOf('postgres'))
  } catch (error) {
    await stopOnce()
    throw error
  }
  let stopping: Promise<void> | undefined
  void ended.then((reason) => stopping === undefined && onExit?.(reason))
  return { url: urlOf(DATABASE), adminUrl: urlOf('postgres'), stop: () => (stopping ??= stopOnce()) }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new Client(adminUrl)
  // A connection that breaks also fails the query, which is what we wait for.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    throw new AshlarError('DATABASE_FAILED', `Postgres runs, but its database cannot be opened: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await client.end()
  }
}

/** A port that nobody listens on. Someone may take it before Postgres does: then Postgres ends, and we try another. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port'))))
    })
  })
}
