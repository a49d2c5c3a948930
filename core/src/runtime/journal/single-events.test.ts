import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'
import { readSingleEvents } from './single-events.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

it('reads single events with their values, also if a successful commit was repeated', async () => {
  const document = {
    nodes: [
      { id: 'in', block: 'io/long-text', inputs: { name: 'text' } },
      { id: 'out', block: 'io/output', inputs: { name: 'copy' } },
    ],
    links: [{ from: 'in.result', to: 'out.value' }],
  }
  const { ownerId, database } = runtime
  const graph = await runtime.graphs.create(ownerId, { name: 'Copy', document })
  const text = 'large '.repeat(20_000)
  const { id } = await runtime.executions.start(ownerId, { graphId: graph.id, inputs: { text } })
  for await (const event of await runtime.executions.follow(ownerId, id, 0)) if (event.type === 'ExecutionFinished') break
  await database.pool.query(
    `insert into journal (execution_id, first_seq, last_seq, events, at)
     select execution_id, first_seq, last_seq, events, at + interval '1 ms' from journal where execution_id = $1`,
    [id],
  )
  const events = await readEvents(runtime, id)
  const seqs = events.map(({ seq }) => seq).toReversed()
  const found = await readSingleEvents(database.pool, id, [...seqs, 1000])
  expect([...found.keys()].toSorted((a, b) => a - b)).toEqual(seqs.toReversed())
  const values = [...found.values()].flatMap((event) =>
    event.type === 'NodeOutput' && event.pin !== 'name' ? [event.value] : [],
  )
  expect(new Set(values)).toEqual(new Set([text]))
  const [first = 0] = seqs
  expect([...(await readSingleEvents(database.pool, id, [first])).keys()]).toEqual([first])
  expect(await readSingleEvents(database.pool, id, [])).toEqual(new Map())
})
