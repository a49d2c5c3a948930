import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

/** Gives the jobs of these executions to the next worker that asks, as if their leases had expired without their worker noticing. */
async function loseLeases(ids: readonly string[]): Promise<void> {
  const { pool } = runtime.database
  await pool.query(`update pgboss.job set state = 'retry', retry_count = retry_count where id = any($1::uuid[])`, [ids])
  await pool.query(`notify ashlar_work`)
}

/** How often it was claimed. */
async function fenceOf(id: string): Promise<number> {
  return (await runtime.executions.get(runtime.ownerId, id)).fence
}

async function typesOf(id: string): Promise<string[]> {
  const { events } = await runtime.executions.eventPage(runtime.ownerId, id, 0, 10_000)
  events.forEach(({ seq }, i) => expect(seq).toBe(i + 1))
  return events.map(({ type }) => type)
}

describe('a worker that claims again what it has', () => {
  it('ends its older claim: every execution ends once, with a journal without gaps, beside others that do not notice', async () => {
    const { executions, graphs, ownerId } = runtime
    const document = {
      nodes: [
        { id: 'wait', block: 'time/countdown', inputs: { seconds: '0.3', repeat: 6, input_message: 'x' } },
        { id: 'out', block: 'io/output', inputs: { name: 'all' } },
      ],
      links: [{ from: 'wait.output_message', to: 'out.value' }],
    }
    const { id: graphId } = await graphs.create(ownerId, { name: 'Wait', document })
    const started = await Promise.all(Array.from({ length: 20 }, () => executions.start(ownerId, { graphId, inputs: {} })))
    const ids = started.map(({ id }) => id)
    const twice = ids.slice(0, 10)
    await expect.poll(() => runtime.worker?.active(), { timeout: 20_000 }).toBe(20)
    for (const times of [2, 3]) {
      await loseLeases(twice)
      for (const id of twice) await expect.poll(() => fenceOf(id), { timeout: 20_000 }).toBeGreaterThanOrEqual(times)
    }
    for (const id of ids)
      await expect.poll(async () => (await executions.get(ownerId, id)).status, { timeout: 30_000 }).toBe('COMPLETED')
    for (const id of ids) {
      const { outputs } = await executions.get(ownerId, id)
      const types = await typesOf(id)
      expect([types.filter((type) => type === 'ExecutionFinished').length, outputs.all?.length]).toEqual([1, 6])
    }
    await expect.poll(() => runtime.worker?.active()).toBe(0)
    expect(runtime.failures).toEqual([])
  }, 90_000)
})
