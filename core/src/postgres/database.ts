import { parseJson } from '@ashlar/sdk/json'
import { MikroORM, type EntityManager, type Options } from '@mikro-orm/postgresql'
import { Migrator } from '@mikro-orm/migrations'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { AshlarError, errorMessage } from '../base/index.ts'
import { MIGRATIONS } from './migrations/index.ts'

// All connections, including those of MikroORM, preserve the digits of numbers and the order of keys in JSON.
pg.types.setTypeParser(pg.types.builtins.JSON, parseJson)
pg.types.setTypeParser(pg.types.builtins.JSONB, parseJson)

/** The Postgres database. MikroORM accesses entities; frequent queries use `pg` directly. */
export interface Database {
  readonly url: string
  /** Returns a separate unit of work. */
  fork(): EntityManager
  readonly pool: pg.Pool
  /** Runs `work` in one transaction. */
  transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface DatabaseOptions {
  url: string
  entities: NonNullable<Options['entities']>
}

const CONNECT_WITHIN_MS = 10_000
/** SQLSTATE. Source: PostgreSQL, Appendix A. */
const CANNOT_CONNECT_NOW = '57P03'

/**
 * Connects to the database and runs the migrations.
 *
 * @throws {AshlarError} DATABASE_UNREACHABLE when the server does not respond within 10 s, DATABASE_FAILED when a
 * migration fails
 */
export async function openDatabase({ url, entities }: DatabaseOptions): Promise<Database> {
  await assertReachable(url)
  const orm = await MikroORM.init({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    logger: () => {},
    migrations: { migrationsList: MIGRATIONS, snapshot: false, tableName: 'migration' },
  })
  await migrate(orm)
  const pool = new pg.Pool({ connectionString: url, max: 10, application_name: 'ashlar' })
  // The query of a broken connection reports the error. Without these listeners the error would also end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    url,
    fork: () => orm.em.fork(),
    pool,
    transact: (work) => transact(pool, work),
    async close() {
      await pool.end()
      await orm.close(true)
    },
  }
}

/** Waits for a server that is starting or recovering. */
async function assertReachable(url: string): Promise<void> {
  for (const until = Date.now() + CONNECT_WITHIN_MS; ; await pause(200)) {
    try {
      return await tryToReach(url)
    } catch (error) {
      if (Date.now() > until || !isStarting(error)) throw error
    }
  }
}

function isStarting(error: unknown): boolean {
  return error instanceof AshlarError && (error.cause as { code?: unknown } | undefined)?.code === CANNOT_CONNECT_NOW
}

async function tryToReach(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
  } catch (error) {
    const { host, database } = client
    throw new AshlarError(
      'DATABASE_UNREACHABLE',
      `the database "${database}" at ${host}:${client.port} does not respond: ${describeFailure(error)}`,
      {
        cause: error,
      },
    )
  } finally {
    await client.end().catch(() => {}) // the connection may not have been established
  }
}

/** If both addresses of a host refuse the connection, Node reports one error without a message. */
function describeFailure(error: unknown): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
  return errorMessage(first)
}

/** Runs the migrations, in one process at a time. */
async function migrate(orm: MikroORM): Promise<void> {
  const client = new pg.Client({ connectionString: orm.config.get('clientUrl') })
  await client.connect()
  try {
    await client.query(`select pg_advisory_lock(hashtext('ashlar.migrate'))`)
    await orm.migrator.up()
  } catch (error) {
    throw new AshlarError('DATABASE_FAILED', `the database could not be migrated: ${errorMessage(error)}`, { cause: error })
  } finally {
    await client.end()
  }
}

async function transact<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure))
    throw error
  } finally {
    client.release(broken)
  }
}
