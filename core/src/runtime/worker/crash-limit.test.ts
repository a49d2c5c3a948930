import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'
import { takeOver } from './take-over.ts'
import type { ExecutionEvent } from '../../engine/index.ts'
import { readLastSeq } from '../journal/index.ts'
import { countCrashes, releaseRows } from './crash-limit.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const hang = defineBlock({
  id: '44444444-0000-4000-8000-000000000001', name: 'hang', description: 'Never ends.', category: 'TEST', tests: [],
  input: z.object({}), output: z.object({ n: z.number() }),
  async *run() { await new Promise(() => {}); yield ['n', 1] },
})
export default definePlugin({ name: 'takes', blocks: [hang] })
`

let runtime: TestRuntime
let folder: string
let shortGraph: string
let endlessGraph: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-takes-'))
  await mkdir(join(folder, 'takes'))
  await writeFile(join(folder, 'takes', 'package.json'), JSON.stringify({ name: 'takes', ashlar: { blocks: './index.ts' } }))
  await writeFile(join(folder, 'takes', 'index.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
  await runtime.worker?.close()
  const createGraph = async (node: object) => {
    const document = { nodes: [{ id: 'wait', ...node }] }
    return (await runtime.graphs.create(runtime.ownerId, { name: 'Graph', document })).id
  }
  shortGraph = await createGraph({ block: 'io/input', inputs: { name: 'n', value: 1 } })
  endlessGraph = await createGraph({ block: 'takes/hang', timeoutMs: 60_000 })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

const startWorker = () =>
  createTestRuntime({ databaseUrl: runtime.database.url, role: 'worker', pluginRoots: [BUILTIN_PLUGINS, folder] })

async function started(graphId = shortGraph): Promise<string> {
  return (await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })).id
}

/** Simulates a worker that takes an execution and dies. @returns whether the execution must not be tried again */
async function takeAndDie(id: string, workerId = randomUUID()): Promise<boolean> {
  const rows = await takeOver(runtime.database, workerId, [{ executionId: id, job: { id, retryCount: 0 } }])
  return (await countCrashes(runtime.database, workerId, rows)).has(id)
}

async function takesAndDeaths(id: string, count: number): Promise<boolean[]> {
  const results: boolean[] = []
  for (let i = 0; i < count; i++) results.push(await takeAndDie(id))
  return results
}

async function commit(id: string, ...events: ExecutionEvent[]): Promise<void> {
  const first = (await readLastSeq(runtime.database.pool, id)) + 1
  await runtime.database.pool.query('insert into journal (execution_id, first_seq, last_seq, events) values ($1, $2, $3, $4)', [
    id,
    first,
    first + events.length - 1,
    JSON.stringify(events),
  ])
}

const node = { node: 'wait', n: 1, attempt: 1 }
const begun: ExecutionEvent = { type: 'NodeStarted', ...node }
const logged: ExecutionEvent = { type: 'NodeLog', node: 'wait', n: 1, level: 'log', text: '"type":"NodeFinished"' }
const failed: ExecutionEvent = { type: 'NodeFinished', ...node, retryInMs: 1 }

describe('an execution whose workers are lost', () => {
  it('is not tried again after five losses in a row without progress', async () => {
    expect(await takesAndDeaths(await started(), 6)).toEqual([false, false, false, false, false, true])
  })

  it('is tried again while it makes progress', async () => {
    const id = await started()
    for (let i = 0; i < 12; i++) {
      expect(await takeAndDie(id)).toBe(false)
      if (i % 3 === 0) await commit(id, begun, failed)
    }
  })

  it('does not count a repeated start and logs as progress', async () => {
    const id = await started()
    await commit(id, { type: 'ExecutionStarted', inputs: {} })
    for (let i = 0; i < 6; i++) {
      expect(await takeAndDie(id)).toBe(false)
      await commit(id, begun, logged)
    }
    expect(await takeAndDie(id)).toBe(true)
  })

  it('is counted separately from executions that were taken with it', async () => {
    const [bad, good] = [await started(), await started()]
    for (let i = 0; i < 5; i++) {
      await takeAndDie(bad)
      await takeAndDie(good)
      await commit(good, failed)
    }
    expect([await takeAndDie(bad), await takeAndDie(good)]).toEqual([true, false])
  })
})

describe('an execution that is taken often', () => {
  it('is tried again if it was released in order each time', async () => {
    const id = await started()
    const workerId = randomUUID()
    for (let i = 0; i < 8; i++) {
      expect(await takeAndDie(id, workerId)).toBe(false)
      await releaseRows(runtime.database, workerId, [id])
    }
  })

  it('is tried again if it was waiting each time', async () => {
    const id = await started()
    for (let i = 0; i < 8; i++) {
      expect(await takeAndDie(id)).toBe(false)
      await runtime.database.pool.query(`update execution set status = 'WAITING' where id = $1`, [id])
    }
  })
})

describe('a worker', () => {
  it('ends an execution with WORKER_LOST without an effect on others', async () => {
    const [bad, good] = [await started(), await started()]
    await takesAndDeaths(bad, 5)
    const worker = await startWorker()
    const getState = async (id: string) => {
      const { status, reason } = await runtime.executions.get(runtime.ownerId, id)
      return [status, reason?.code]
    }
    await expect.poll(() => getState(bad), { timeout: 30_000 }).toEqual(['FAILED', 'WORKER_LOST'])
    await expect.poll(() => getState(good), { timeout: 30_000 }).toEqual(['COMPLETED', undefined])
    expect(await readEvents(runtime, bad)).toMatchObject([{ seq: 1, type: 'ExecutionFinished', status: 'FAILED' }])
    await worker.close()
  })

  it('releases its executions in order when it stops', async () => {
    const id = await started(endlessGraph)
    const worker = await startWorker()
    const began = async () => (await readLastSeq(runtime.database.pool, id)) > 0
    await expect.poll(began, { timeout: 30_000 }).toBe(true)
    await worker.close()
    const text = 'select status, worker_id, takes from execution where id = $1'
    const { rows } = await runtime.database.pool.query<Record<string, unknown>>(text, [id])
    expect(rows).toEqual([{ status: 'RUNNING', worker_id: null, takes: 0 }])
  })
})
