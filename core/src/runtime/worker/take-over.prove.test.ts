import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

/**
 * Makes the jobs of these executions available, as if their leases had expired without their worker noticing.
 */
async function loseLeases(
  ids: readonly string[],
  client: Pick<TestRuntime['database']['pool'], 'query'> = runtime.database.pool,
): Promise<void> {
  await client.query(`update pgboss.job set state = 'retry', retry_count = retry_count where id = any($1::uuid[])`, [ids])
  await client.query(`notify ashlar_work`)
}

/** The number of leases so far. */
async function getFence(id: string): Promise<number> {
  return (await runtime.executions.get(runtime.ownerId, id)).fence
}

async function readTypes(id: string): Promise<string[]> {
  const events = await readEvents(runtime, id)
  events.forEach(({ seq }, i) => expect(seq).toBe(i + 1))
  return events.map(({ type }) => type)
}

/** Starts executions that yield six values, one every `seconds`. They must not finish before the leases are lost. */
async function startMany(count: number, seconds: number): Promise<string[]> {
  const { executions, graphs, ownerId, worker } = runtime
  const document = {
    nodes: [
      { id: 'wait', block: 'time/countdown', inputs: { seconds: `${seconds}`, repeat: 6, input_message: 'x' } },
      { id: 'out', block: 'io/output', inputs: { name: 'all' } },
    ],
    links: [{ from: 'wait.output_message', to: 'out.value' }],
  }
  const { id: graphId } = await graphs.create(ownerId, { name: 'Wait', document })
  const started = await Promise.all(Array.from({ length: count }, () => executions.start(ownerId, { graphId, inputs: {} })))
  await expect.poll(() => worker?.active(), { timeout: 20_000 }).toBe(count)
  return started.map(({ id }) => id)
}

async function expectWhole(ids: readonly string[]): Promise<void> {
  const { executions, ownerId, worker } = runtime
  for (const id of ids) {
    await expect.poll(async () => (await executions.get(ownerId, id)).status, { timeout: 30_000 }).toBe('COMPLETED')
    const { outputs } = await executions.get(ownerId, id)
    const types = await readTypes(id)
    expect([types.filter((type) => type === 'ExecutionFinished').length, outputs.all?.length]).toEqual([1, 6])
  }
  await expect.poll(() => worker?.active()).toBe(0)
  expect(runtime.failures).toEqual([])
}

async function jobStates(ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await runtime.database.pool.query<{ state: string }>(
    'select distinct state::text from pgboss.job where id = any($1::uuid[])',
    [ids],
  )
  return rows.map(({ state }) => state)
}

describe('a worker that receives a lease again after losing it without noticing', () => {
  it('continues under the new lease if no other worker has leased the execution', async () => {
    const ids = await startMany(10, 0.5)
    await loseLeases(ids)
    await expect.poll(() => jobStates(ids), { timeout: 20_000 }).toEqual(['active'])
    expect(await Promise.all(ids.map(getFence))).toEqual(ids.map(() => 1))
    await expectWhole(ids)
  }, 90_000)

  it('drops the execution if another worker has leased it in between', async () => {
    const ids = await startMany(20, 1.5)
    const leased = ids.slice(0, 10)
    for (const times of [3, 5]) {
      // In one transaction: a commit of the worker in between would make it end the job.
      await runtime.database.transact(async (client) => {
        await client.query('update execution set fence = fence + 1 where id = any($1)', [leased])
        await loseLeases(leased, client)
      })
      for (const id of leased) await expect.poll(() => getFence(id), { timeout: 20_000 }).toBe(times)
    }
    await expectWhole(ids)
  }, 90_000)
})
