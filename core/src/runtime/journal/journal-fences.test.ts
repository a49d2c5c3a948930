import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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

let reported: { refused: string[]; lost: JournalEntry[]; finished: string[]; failed: string[]; writable: boolean[] }
let writer: JournalWriter
beforeEach(() => {
  reported = { refused: [], lost: [], finished: [], failed: [], writable: [] }
  writer = createJournalWriter(createJournalStore(runtime.database.pool), {
    finished: (entries) => void reported.finished.push(...entries.map(({ executionId }) => executionId)),
    progressed: () => {},
    lost: (entry) => void reported.lost.push(entry),
    refused: ({ executionId }) => void reported.refused.push(executionId),
    failed: (error) => void reported.failed.push(String((error as { code?: unknown }).code)),
    writable: (isWritable) => void reported.writable.push(isWritable),
  })
})
afterEach(() => writer.close())

/** An execution that a worker holds. */
async function leased(): Promise<JournalEntry> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  await runtime.database.pool.query(`update execution set status = 'RUNNING', fence = 1 where id = $1`, [id])
  return { executionId: id, fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false }
}

/** The same worker takes the lease of an execution again. */
async function leasedAgain({ executionId, fence, committedSeq }: JournalEntry): Promise<JournalEntry> {
  await runtime.database.pool.query('update execution set fence = fence + 1 where id = $1', [executionId])
  return { executionId, fence: fence + 1, parentId: null, lastSeq: committedSeq, committedSeq, lost: false }
}

const log = (text: string): ExecutionEvent => ({ type: 'NodeLog', node: 'in', n: 1, level: 'log', text })

async function readTexts({ executionId }: JournalEntry): Promise<unknown[]> {
  const events = await readEvents(runtime.database.pool, executionId, 0)
  return events.map((event) => [event.seq, event.type === 'NodeLog' ? event.text : event.type])
}

const getStatus = async ({ executionId }: JournalEntry): Promise<string> =>
  (await runtime.executions.get(runtime.ownerId, executionId)).status

const SEEN = `select count(*)::int as rows from journal where execution_id = $1`

describe('two leases of one execution in one batch', () => {
  it('writes only the rows of the newer lease, and those of other executions', async () => {
    const [older, other] = await Promise.all([leased(), leased()])
    const newer = await leasedAgain(older)
    writer.append(older, log('stale'))
    writer.append(newer, log('right'))
    writer.append(other, log('beside'))
    await Promise.all([older, newer, other].map((entry) => writer.committed(entry)))
    const { rows } = await runtime.database.pool.query(SEEN, [newer.executionId])
    expect({ newer: await readTexts(newer), rows, other: await readTexts(other) }).toEqual({
      newer: [[1, 'right']],
      rows: [{ rows: 1 }],
      other: [[1, 'beside']],
    })
    expect(reported).toMatchObject({ lost: [older], failed: [], refused: [] })
  })

  it('does not end the execution when its end is written under an older lease', async () => {
    const older = await leased()
    const newer = await leasedAgain(older)
    writer.append(newer, log('right'))
    writer.append(older, { type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] })
    await Promise.all([older, newer].map((entry) => writer.committed(entry)))
    expect([await getStatus(newer), await readTexts(newer), reported.finished]).toEqual(['RUNNING', [[1, 'right']], []])
  })
})

describe('a row that already exists', () => {
  /** The partition and time of this row are the same as those of a row that an earlier attempt has written. */
  const STORED = `insert into journal (execution_id, first_seq, last_seq, events, at)
    values ($1, 1, 1, '[{"at":1,"type":"NodeLog","node":"in","n":1,"level":"log","text":"first"}]', '2031-01-01')`
  /** Rejects every row of the execution like the primary key. */
  const AT = `create function at_once() returns trigger language plpgsql as
    $$ begin if new.execution_id = (select id from poisoned) then raise unique_violation; end if; return new; end $$`

  it('is not written twice if the response to its commit was lost', async () => {
    const [entry, other] = await Promise.all([leased(), leased()])
    const { pool } = runtime.database
    await pool.query(STORED, [entry.executionId])
    await pool.query(`create table poisoned (id uuid)`)
    await pool.query('insert into poisoned values ($1)', [entry.executionId])
    await pool.query(AT)
    await pool.query(
      `create trigger at_once before insert on journal for each row when (new.first_seq = 1) execute function at_once()`,
    )
    for (const text of ['first', 'second']) writer.append(entry, log(text))
    writer.append(other, log('beside'))
    await Promise.all([entry, other].map((each) => writer.committed(each)))
    await pool.query('drop trigger at_once on journal; drop function at_once; drop table poisoned')
    expect([await readTexts(entry), await readTexts(other), reported.refused, reported.lost]).toEqual([
      [
        [1, 'first'],
        [2, 'second'],
      ],
      [[1, 'beside']],
      [],
      [],
    ])
  })
})

describe('a database that cannot write', () => {
  /** Simulates a full disk. @param when the condition of the trigger */
  const fillDisk = async (when = 'true'): Promise<void> => {
    await runtime.database.pool.query(`
      create function disk_full() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
      end $$;
      create trigger disk_full before insert on journal for each row when (${when}) execute function disk_full()`)
  }
  const freeDisk = (): Promise<unknown> =>
    runtime.database.pool.query('drop trigger disk_full on journal; drop function disk_full')

  it('ends no execution, and writes all events in order once the journal is writable', async () => {
    const entries = await Promise.all(Array.from({ length: 30 }, leased))
    await fillDisk()
    for (const entry of entries) writer.append(entry, log('1'))
    await expect.poll(() => reported.failed.length).toBeGreaterThan(1)
    for (const entry of entries) writer.append(entry, log('2'))
    const whileFull = structuredClone(reported.writable)
    await freeDisk()
    await Promise.all(entries.map((entry) => writer.committed(entry)))
    const written = await Promise.all(entries.map(readTexts))
    expect(written).toEqual(
      entries.map(() => [
        [1, '1'],
        [2, '2'],
      ]),
    )
    expect([new Set(reported.failed), new Set(whileFull), reported.writable.at(-1)]).toEqual([
      new Set(['53100']),
      new Set([false]),
      true,
    ])
    expect([reported.refused, reported.lost]).toEqual([[], []])
  })

  it('delays only the affected execution and writes the others', async () => {
    const [large, other] = await Promise.all([leased(), leased()])
    await fillDisk(`new.execution_id = '${large.executionId}'`)
    writer.append(large, log('1'))
    for (const text of ['1', '2', '3']) {
      writer.append(other, log(text))
      await writer.committed(other)
      writer.append(large, log(`${text} more`))
    }
    const whileFull = await readTexts(large)
    await freeDisk()
    await writer.committed(large)
    expect([whileFull, (await readTexts(large)).length, (await readTexts(other)).length]).toEqual([[], 4, 3])
    expect(reported).toMatchObject({ refused: [], lost: [], writable: [] })
  })
})
