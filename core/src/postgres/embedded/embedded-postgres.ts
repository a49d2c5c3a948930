import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { AshlarError, errorMessage } from '../../base/index.ts'
import { findBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { ensureCluster } from './postgres-cluster.ts'
import { openLog, withoutFolders, type PostgresLog } from './postgres-log.ts'
import {
  waitUntilReady,
  nameForPostgres,
  startProgram,
  stopLeftover,
  stopServer,
  requestStop,
  type PostgresProgram,
} from './postgres-process.ts'
import { findClusterUser, type PostgresUser } from './postgres-user.ts'
import { errorCode } from './process-facts.ts'

interface EmbeddedPostgresOptions {
  /**
   * The folder of the cluster, created if it does not exist. Its parent must exist and be locked by this process
   * (`openDataDir`). `<dir>.password` and `<dir>.log` are created next to it.
   */
  dir: string
  /** Receives messages for the operator, in sentences. */
  onNotice?: ((message: string) => void) | undefined
  /** Receives the exit status and the last lines of the log if the server ends without `stop()`. */
  onExit?: ((reason: string) => void) | undefined
}

/** A running embedded Postgres, on a loopback port. */
export interface EmbeddedPostgresServer {
  /** `postgres://postgres:…@127.0.0.1:<port>/ashlar` */
  readonly url: string
  /** The database `postgres` of the server, from which other databases are created and dropped. */
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
/** Temporary failures: another process has taken the port, or processes of a killed server are still running. */
const TRANSIENT = /Address already in use|lock file "postmaster.pid" already exists|shared memory block .* is still in use/

/**
 * Starts Postgres on the cluster in `dir`. Creates the cluster and the database `ashlar` if they do not exist. The
 * server listens only on 127.0.0.1, without a Unix socket. If this process is root, the server runs as the owner of the
 * cluster, see `findClusterUser`.
 * @throws {AshlarError} DATABASE_FAILED when the server does not start; the message ends with the last lines of its
 * log.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgresServer> {
  const dir = resolve(options.dir)
  const onNotice = options.onNotice ?? (() => undefined)
  try {
    const user = await findClusterUser(dir, onNotice)
    const binaries = await findBinaries(user, onNotice)
    const { log, password, server } = await prepare({ dir, user, binaries, onNotice })
    return await handOver(server, password, { log, onExit: options.onExit })
  } catch (error) {
    if (error instanceof AshlarError || errorCode(error) === undefined) throw error
    throw new AshlarError('DATABASE_FAILED', `Postgres cannot be started: ${withoutFolders(errorMessage(error))}`, {
      cause: error,
    })
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
    const port = await findFreePort()
    const program = await startProgram(options.binaries.postgres, serverArguments(options, port), options)
    if (await waitUntilReady(options.dir, program, options.onNotice)) return { port, program }
    const { status } = await program.exited
    const tail = await options.log.tail()
    if (tries === MAX_TRIES || !TRANSIENT.test(tail)) {
      throw new AshlarError('DATABASE_FAILED', `Postgres exited with ${status} while it was starting: ${tail}`)
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
  const toUrl = (database: string): string => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  // Stops Postgres if the program exits without `stop()`. This is not a signal handler.
  const atExit = (): void => requestStop(program)
  process.once('exit', atExit)
  const ended = program.exited.then(async ({ status }) => {
    process.off('exit', atExit)
    const reason = `Postgres exited with ${status}: ${await log.tail()}`
    await log.close()
    return reason
  })
  const stopOnce = async (): Promise<void> => {
    await stopServer(program)
    await ended
  }
  try {
    await ensureDatabase(toUrl('postgres'))
  } catch (error) {
    await stopOnce()
    throw error
  }
  let stopping: Promise<void> | undefined
  void ended.then((reason) => stopping === undefined && onExit?.(reason))
  return { url: toUrl(DATABASE), adminUrl: toUrl('postgres'), stop: () => (stopping ??= stopOnce()) }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new Client(adminUrl)
  // The query reports the error of a broken connection.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    throw new AshlarError('DATABASE_FAILED', `Postgres is running, but its database cannot be opened: ${errorMessage(error)}`, {
      cause: error,
    })
  } finally {
    await client.end()
  }
}

/** Returns a free port. If another process takes it first, Postgres ends, and `launch` tries another port. */
function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address !== null ? done(address.port) : fail(new Error('no port'))))
    })
  })
}
