import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'
import type { Execution } from '../lifecycle/index.ts'
import { maintainJournal } from './journal-partitions.ts'
import { isFinal } from '../../engine/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const DAY_MS = 24 * 3600_000

async function runWith(text: string): Promise<string> {
  const document = {
    nodes: [
      { id: 'in', block: 'io/long-text', inputs: { name: 'text' } },
      { id: 'out', block: 'io/output', inputs: { name: 'copy' } },
    ],
    links: [{ from: 'in.result', to: 'out.value' }],
  }
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Copy', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: { text } })
  const expected = JSON.stringify({ copy: [text] })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type !== 'ExecutionFinished' || event.status !== 'COMPLETED') continue
    // A large value of a followed event is a `JsonText`.
    if (JSON.stringify(event.outputs) !== expected) throw new Error('the copy differs')
  }
  return id
}

async function count(sql: string): Promise<number> {
  const { rows } = await runtime.database.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`)
  return rows[0]?.n ?? 0
}

describe('the journal', () => {
  it('stores a large value once and restores it at every place', async () => {
    const text = 'large '.repeat(20_000)
    await runWith(text)
    const id = await runWith(text)
    expect(await count('blob')).toBe(1)
    const events = await readEvents(runtime, id)
    expect(events.filter((event) => event.type === 'NodeOutput' && event.value === text).length).toBeGreaterThan(0)
    const { rows } = await runtime.database.pool.query<{ bytes: number }>(
      `select sum(length(events::text))::int as bytes from journal`,
    )
    expect(rows[0]?.bytes).toBeLessThan(text.length)
  })

  it('reads a large value that an earlier version stored without compression', async () => {
    const text = 'earlier '.repeat(20_000)
    const id = await runWith(text)
    const { rowCount } = await runtime.database.pool.query(
      `update blob set value = to_json($1::text), compressed = null, bytes = null where bytes = length($1) + 2`,
      [text],
    )
    expect(rowCount).toBe(1)
    const events = await readEvents(runtime, id)
    expect(events.some((event) => event.type === 'NodeOutput' && event.value === text)).toBe(true)
  })

  it('returns an event once if a successful commit was repeated', async () => {
    const id = await runWith('twice')
    const events = await readEvents(runtime, id)
    await runtime.database.pool.query(
      `insert into journal (execution_id, first_seq, last_seq, events, at)
       select execution_id, first_seq, last_seq, events, at + interval '1 ms' from journal where execution_id = $1`,
      [id],
    )
    expect(await readEvents(runtime, id)).toEqual(events)
    expect((await readEvents(runtime, id, 2)).map(({ seq }) => seq).slice(0, 3)).toEqual([3, 4, 5])
  })

  it('stores small values in the journal', async () => {
    const before = await count('blob')
    await runWith('small')
    expect(await count('blob')).toBe(before)
  })

  it('drops days after the retention with their blobs, but keeps them while an execution of that time is unfinished', async () => {
    const id = await runWith('x'.repeat(100_000))
    await runtime.database.pool.query(`update blob set created_at = now() - interval '40 days'`)
    const later = new Date(Date.now() + 40 * DAY_MS)
    await runtime.database.pool.query(`update execution set status = 'WAITING', finished_at = null where id = $1`, [id])
    await maintainJournal(runtime.database, 30, later)
    expect(await count('journal')).toBeGreaterThan(0)
    await runtime.database.pool.query(`update execution set status = 'COMPLETED' where id = $1`, [id])
    await maintainJournal(runtime.database, 30, later)
    expect(await count('journal')).toBe(0)
    expect(await count('blob')).toBe(0)
    expect(await count('execution')).toBeGreaterThan(0)
  })

  it('ends only the execution whose events Postgres rejects', async () => {
    await runtime.database.pool.query(`
      create function refuse_row() returns trigger language plpgsql as $$ begin raise exception 'poison' using errcode = '22P05'; end $$;
      create trigger refuse_row before insert on journal for each row when (new.events like '%a poison%') execute function refuse_row()`)
    const refused = runWith('a poison')
    const others = Promise.all([runWith('one'), runWith('two')])
    const execution = await runtime.executions.get(runtime.ownerId, await refused)
    await others
    await runtime.database.pool.query('drop trigger refuse_row on journal')
    expect(execution).toMatchObject({
      status: 'FAILED',
      reason: { code: 'JOURNAL_UNWRITABLE', message: 'the database rejected the events of this execution: poison' },
    })
    expect(runtime.failures.splice(0)).toMatchObject([{ code: '22P05' }])
    await expect.poll(() => runtime.worker?.active()).toBe(0)
    const events = await readEvents(runtime, execution.id)
    expect(events).toMatchObject([{ seq: 1, type: 'ExecutionFinished' }])
  })

  it('moves rows into their partition when it is created', async () => {
    const id = await runWith('early')
    const inAWeek = new Date(Date.now() + 7 * DAY_MS)
    await runtime.database.pool.query('update journal set at = $2 where execution_id = $1', [id, inAWeek])
    const partition = `journal_${inAWeek.toISOString().slice(0, 10).replaceAll('-', '')}`
    expect(await count('journal_default')).toBeGreaterThan(0)
    await maintainJournal(runtime.database, 30)
    expect(await count('journal_default')).toBe(0)
    expect(await count(partition)).toBeGreaterThan(0)
    expect((await readEvents(runtime, id)).length).toBeGreaterThan(5)
    await maintainJournal(runtime.database, 30, new Date(inAWeek.getTime() + DAY_MS))
  })
})

it('accepts rows of a day while its partition is created', async () => {
  const id = await runWith('while it grows')
  let isDone = false
  let row = 1_000_000
  const write = async (at: Date): Promise<void> => {
    while (!isDone)
      await runtime.database.pool.query(
        `insert into journal (execution_id, first_seq, last_seq, events, at) values ($1, $2, $2, '[]', $3)`,
        [id, row++, at],
      )
  }
  for (let day = 100; day < 110; day++) {
    const at = new Date(Date.now() + day * DAY_MS)
    isDone = false
    const writing = Promise.all([write(at), write(at), write(at)])
    const before = row
    await expect.poll(() => row, { interval: 1 }).toBeGreaterThan(before + 2)
    await maintainJournal(runtime.database, 3650)
    isDone = true
    await writing
  }
  await runtime.database.pool.query('delete from journal where execution_id = $1', [id])
})

describe('a follower', () => {
  /** Creates an execution with this number of events without running it. */
  async function withEvents(count: number): Promise<string> {
    const id = await runWith('many')
    await runtime.database.pool.query('delete from journal where execution_id = $1', [id])
    const log = { type: 'NodeLog', node: 'in', n: 1, level: 'log', text: 'x' }
    const end = { type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] }
    for (let first = 1; first <= count; first += 100) {
      const events = Array.from({ length: 100 }, (_, i) => (first + i === count ? end : log))
      await runtime.database.pool.query(
        'insert into journal (execution_id, first_seq, last_seq, events) values ($1, $2, $3, $4)',
        [id, first, first + 99, JSON.stringify(events)],
      )
    }
    return id
  }

  it('reports to a slow reader how far it is behind, from where it can resume', async () => {
    const id = await withEvents(1000)
    const seen: number[] = []
    let behind: { seq: number; behind: number } | undefined
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + seen.length * 6)
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
      if (event.type === 'ReaderBehind') {
        behind = event
        break
      }
      seen.push(event.seq)
    }
    vi.restoreAllMocks()
    expect(behind).toMatchObject({ seq: seen.length, behind: 1000 - seen.length })
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, behind?.seq ?? 0)) seen.push(event.seq)
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  })

  it('yields only events to a reader that keeps up', async () => {
    const id = await withEvents(1000)
    const types = new Set<string>()
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) types.add(event.type)
    expect([...types]).toEqual(['NodeLog', 'ExecutionFinished'])
  })

  async function seqsAfter(id: string, after: number): Promise<number[]> {
    const seqs: number[] = []
    for await (const { seq } of await runtime.executions.follow(runtime.ownerId, id, after)) seqs.push(seq)
    return seqs
  }

  it.each([
    ['at the last event of a finished execution', 0],
    ['beyond the last event of a finished execution', 7],
    ['at the largest number', Infinity],
  ])('completes %s', async (_where, beyond) => {
    const id = await runWith('over')
    const { length: total } = await readEvents(runtime, id)
    expect(await seqsAfter(id, total - 1)).toEqual([total])
    expect(await seqsAfter(id, Math.min(total + beyond, 2 ** 31 - 1))).toEqual([])
  })

  it('completes when retention has removed the events', async () => {
    const id = await runWith('removed')
    await runtime.database.pool.query('delete from journal where execution_id = $1', [id])
    expect([await seqsAfter(id, 0), await seqsAfter(id, 3)]).toEqual([[], []])
  })

  it('completes after the end of an execution that was cancelled before it started', async () => {
    const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 3600 } }], links: [] }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Wait', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
    await runtime.executions.cancel(runtime.ownerId, id)
    const { length: total } = await readEvents(runtime, id)
    expect(await seqsAfter(id, total)).toEqual([])
    await runtime.database.pool.query('delete from journal where execution_id = $1', [id])
    expect(await seqsAfter(id, 0)).toEqual([])
  })

  it('completes when the execution ends if it follows beyond the last event', async () => {
    const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 3600 } }], links: [] }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Wait', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
    const seqs = seqsAfter(id, 1_000_000)
    await runtime.executions.cancel(runtime.ownerId, id)
    expect(await seqs).toEqual([])
  })

  it('reads all pages of a finished journal', async () => {
    const id = await runWith('rows')
    await runtime.database.pool.query('delete from journal where execution_id = $1', [id])
    const log = JSON.stringify([{ type: 'NodeLog', node: 'in', n: 1, level: 'log', text: 'x' }])
    const end = JSON.stringify([{ type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] }])
    await runtime.database.pool.query(
      `insert into journal (execution_id, first_seq, last_seq, events)
       select $1, seq, seq, case seq when 150 then $3 else $2 end from generate_series(1, 150) as seq`,
      [id, log, end],
    )
    expect(await seqsAfter(id, 0)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
  })
})

describe('an execution with an altered journal', () => {
  const document = {
    nodes: [
      { id: 'in', block: 'io/input', inputs: { name: 'n', value: 1 } },
      { id: 'out', block: 'io/output', inputs: { name: 'n' } },
    ],
    links: [{ from: 'in.result', to: 'out.value' }],
  }

  /** Changes an execution before a worker takes it, then starts a worker. */
  async function tamperWith(change: (id: string, gateway: TestRuntime) => Promise<string>): Promise<Execution> {
    const databaseUrl = runtime.database.url
    await runtime.worker?.close()
    const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Copy', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
    const changed = await change(id, runtime)
    const worker = await createTestRuntime({ databaseUrl, role: 'worker' })
    try {
      const get = () => runtime.executions.get(runtime.ownerId, changed)
      await expect.poll(async () => isFinal((await get()).status), { timeout: 30_000 }).toBe(true)
      return await get()
    } finally {
      await worker.close()
    }
  }

  it.each([
    ['a newer version has written it', '[{"type":"NodeTeleported"}]', 'NodeTeleported'],
    ['it is not JSON', '[{"type":', 'expected 1 events'],
    ['it lacks events', '[]', 'expected 1 events'],
  ])('fails with JOURNAL_UNREADABLE if %s', async (_why, events, problem) => {
    const execution = await tamperWith(async (id, { database }) => {
      await database.pool.query('insert into journal (execution_id, first_seq, last_seq, events) values ($1, 1, 1, $2)', [
        id,
        events,
      ])
      await database.pool.query('update execution set started_at = now() where id = $1', [id])
      return id
    })
    expect(execution).toMatchObject({
      status: 'FAILED',
      reason: { code: 'JOURNAL_UNREADABLE', message: expect.stringContaining(problem) },
    })
    await expect(readEvents(runtime, execution.id)).rejects.toMatchObject({ code: 'JOURNAL_UNREADABLE' })
    expect(await readEvents(runtime, execution.id, 1)).toMatchObject([{ seq: 2, type: 'ExecutionFinished', status: 'FAILED' }])
  })

  it('can be cancelled when its journal cannot be read', async () => {
    const execution = await tamperWith(async (id, { database, executions, ownerId }) => {
      await database.pool.query(`insert into journal (execution_id, first_seq, last_seq, events) values ($1, 1, 1, 'x')`, [id])
      await executions.cancel(ownerId, id)
      return id
    })
    expect(execution).toMatchObject({ status: 'CANCELLED' })
  })

  it('completes even if the clock of the machine that created it was ahead', async () => {
    const inAnHour = (id: string): string => {
      const ms = Number.parseInt(id.replace('-', '').slice(0, 12), 16) + 3600_000
      const hex = ms.toString(16).padStart(12, '0')
      return `${hex.slice(0, 8)}-${hex.slice(8)}${id.slice(13)}`
    }
    const execution = await tamperWith(async (id, { database }) => {
      await database.pool.query('update execution set id = $2 where id = $1', [id, inAnHour(id)])
      await database.pool.query('update pgboss.job set id = $2 where id = $1', [id, inAnHour(id)])
      return inAnHour(id)
    })
    expect(execution).toMatchObject({ status: 'COMPLETED', outputs: { n: [1] } })
    const types: string[] = []
    for await (const { type } of await runtime.executions.follow(runtime.ownerId, execution.id, 0)) types.push(type)
    expect([types.at(0), types.at(-1)]).toEqual(['ExecutionStarted', 'ExecutionFinished'])
  })
})
