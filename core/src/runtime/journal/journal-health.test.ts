import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '../../testing/index.ts'

let databaseUrl: string
let gateway: TestRuntime
let admin: pg.Client
let graphId: string
beforeAll(async () => {
  databaseUrl = await cloneDatabase(inject('postgresUrl'))
  gateway = await createTestRuntime({ databaseUrl })
  await gateway.worker?.close()
  admin = new pg.Client({ connectionString: databaseUrl, options: '-c default_transaction_read_only=off' })
  await admin.connect()
  const document = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'n', value: 1 } }] }
  graphId = (await gateway.graphs.create(gateway.ownerId, { name: 'One', document })).id
})
afterAll(async () => {
  await admin.end()
  await gateway.close()
})
beforeEach(() => void gateway.failures.splice(0))

const start = (): Promise<{ id: string }> => gateway.executions.start(gateway.ownerId, { graphId, inputs: {} })

async function countRows(table: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(`select count(*)::int as count from ${table}`)
  return rows[0]?.count ?? 0
}

/** Ends all connections, because open connections keep their setting. */
async function setReadOnly(isReadOnly: boolean): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1)
  await admin.query(`alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`)
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
}

async function fillDisk(when: string): Promise<void> {
  await admin.query(`
    create function disk_full() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger disk_full before insert on journal for each row when (${when}) execute function disk_full()`)
}
const freeDisk = (): Promise<unknown> => admin.query('drop trigger disk_full on journal; drop function disk_full')

describe('a database that is read-only', () => {
  it('rejects every kind of start with JOURNAL_UNAVAILABLE without a side effect, and allows starts afterwards', async () => {
    const { id } = await start()
    await admin.query(`update execution set status = 'FAILED' where id = $1`, [id])
    const before = [await countRows('execution'), await countRows('graph_version')]
    await setReadOnly(true)
    const { executions, ownerId } = gateway
    const attempts = [
      () => start(),
      () => executions.runBlock(ownerId, { block: 'text/template', inputs: { format: 'x' } }),
      () => executions.retry(ownerId, id),
      () => start(),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE', status: 503 })
    expect(await gateway.journal.state()).toEqual({ writable: false, code: '25006' })
    expect([await countRows('execution'), await countRows('graph_version')]).toEqual(before)
    await setReadOnly(false)
    await expect.poll(() => gateway.journal.state(), { timeout: 10_000 }).toEqual({ writable: true })
    await start()
  })
})

describe('a full disk', () => {
  it('is found by a probe that leaves no row', async () => {
    const before = await countRows('journal')
    expect(await gateway.journal.state()).toEqual({ writable: true })
    await fillDisk('true')
    await expect.poll(() => gateway.journal.state(), { timeout: 10_000 }).toEqual({ writable: false, code: '53100' })
    await freeDisk()
    await expect.poll(() => gateway.journal.state(), { timeout: 10_000 }).toEqual({ writable: true })
    expect(await countRows('journal')).toBe(before)
  })

  it('in a worker of another process is reported to a gateway, which then rejects starts early', async () => {
    await admin.query('delete from pgboss.job')
    const { id } = await start()
    await fillDisk(`new.execution_id = '${id}'`)
    const worker = await createTestRuntime({ databaseUrl, role: 'worker' })
    try {
      await expect.poll(() => gateway.journal.state(), { timeout: 20_000 }).toEqual({ writable: false, code: '53100' })
      const before = await countRows('execution')
      await expect(start()).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' })
      expect(await countRows('execution')).toBe(before)
      await freeDisk()
      const getStatus = async (): Promise<string> => (await gateway.executions.get(gateway.ownerId, id)).status
      await expect.poll(getStatus, { timeout: 20_000 }).toBe('COMPLETED')
      await expect.poll(() => gateway.journal.state(), { timeout: 20_000 }).toEqual({ writable: true })
    } finally {
      await worker.close()
    }
  })
})

describe('starts that come together', () => {
  it('fail separately if the database rejects one of them', async () => {
    await admin.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '22P05'; end $$;
      create trigger refuse before insert on execution for each row when (new.inputs::text like '%refused%') execute function refuse()`)
    const document = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'n' } }] }
    const { id } = await gateway.graphs.create(gateway.ownerId, { name: 'Named', document })
    const inputs = ['a', 'b', 'refused', 'c', 'd', 'e']
    const outcomes = await Promise.allSettled(
      inputs.map((n) => gateway.executions.start(gateway.ownerId, { graphId: id, inputs: { n } })),
    )
    await admin.query('drop trigger refuse on execution; drop function refuse')
    expect(outcomes.map(({ status }) => status)).toEqual(inputs.map((n) => (n === 'refused' ? 'rejected' : 'fulfilled')))
  })
})
