import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { ExecutionEvent } from '../../engine/index.ts'
import { readEvents } from './journal-reader.ts'
import { createJournalStore, type JournalEntry } from './journal-store.ts'
import { createJournalWriter, type JournalWriter } from './journal-writer.ts'

let runtime: TestRuntime
let graphId: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.worker?.close()
  const document = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'n', value: 1 } }] }
  graphId = (await runtime.graphs.create(runtime.ownerId, { name: 'One', document })).id
})
afterAll(() => runtime.close())

let reported: { refused: string[]; lost: string[]; finished: string[]; failed: unknown[] }
let writer: JournalWriter
beforeEach(() => {
  reported = { refused: [], lost: [], finished: [], failed: [] }
  writer = createJournalWriter(createJournalStore(runtime.database.pool), {
    finished: (entries) => void reported.finished.push(...entries.map(({ executionId }) => executionId)),
    progressed: () => {},
    lost: ({ executionId }) => void reported.lost.push(executionId),
    refused: ({ executionId }) => void reported.refused.push(executionId),
    failed: (error) => void reported.failed.push(error),
    writable: () => {},
  })
})

/** An execution that a worker holds. */
async function leased(): Promise<JournalEntry> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  await runtime.database.pool.query(`update execution set status = 'RUNNING', fence = 1 where id = $1`, [id])
  return { executionId: id, fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false }
}

const log = (text: string): ExecutionEvent => ({ type: 'NodeLog', node: 'in', n: 1, level: 'log', text })
const end: ExecutionEvent = { type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] }
/** A value that is nested so deeply that Postgres exceeds its stack limit (SQLSTATE 54001). */
const unstorable = (): ExecutionEvent => {
  const value: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
  return { type: 'ExecutionFinished', status: 'COMPLETED', outputs: { out: [value] }, failedNodes: [] }
}

async function getState({ executionId }: JournalEntry): Promise<unknown> {
  const { status, reason } = await runtime.executions.get(runtime.ownerId, executionId)
  const events = await readEvents(runtime.database.pool, executionId, 0)
  return { status, code: reason?.code, events: events.map(({ seq, type }) => `${seq} ${type}`) }
}

describe('an event whose data Postgres rejects', () => {
  it('ends only its execution, after the events that are already committed', async () => {
    const [bad, good, ending] = await Promise.all([leased(), leased(), leased()])
    for (const entry of [bad, good, ending]) writer.append(entry, log('first'))
    await writer.committed(bad)
    for (const entry of [good, bad]) writer.append(entry, log('second'))
    writer.append(bad, unstorable())
    writer.append(ending, end)
    await Promise.all([bad, good, ending].map((entry) => writer.committed(entry)))
    writer.append(bad, log('after its end'))
    writer.append(good, log('third'))
    await writer.close()
    expect([await getState(bad), await getState(good), await getState(ending)]).toEqual([
      { status: 'FAILED', code: 'JOURNAL_UNWRITABLE', events: ['1 NodeLog', '2 ExecutionFinished'] },
      { status: 'RUNNING', code: undefined, events: ['1 NodeLog', '2 NodeLog', '3 NodeLog'] },
      { status: 'COMPLETED', code: undefined, events: ['1 NodeLog', '2 ExecutionFinished'] },
    ])
    expect(reported).toEqual({
      refused: [bad.executionId],
      lost: [],
      finished: expect.arrayContaining([bad.executionId, ending.executionId]),
      failed: [],
    })
  })

  it('does not end an execution that another worker has leased', async () => {
    const bad = await leased()
    await runtime.database.pool.query('update execution set fence = 2 where id = $1', [bad.executionId])
    writer.append(bad, unstorable())
    await writer.close()
    expect(await getState(bad)).toEqual({ status: 'RUNNING', code: undefined, events: [] })
    expect([reported.lost, reported.finished]).toEqual([[bad.executionId], []])
  })
})
