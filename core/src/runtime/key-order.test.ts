import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, readEvents, type TestRuntime } from '../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

// Sort does not change the rows. Each value passes through the worker, because it is also an output of the graph.
const DOCUMENT = {
  nodes: [
    { id: 'in', block: 'io/input', inputs: { name: 'csv' } },
    { id: 'parse', block: 'data/parse-csv' },
    { id: 'sort', block: 'data/sort', inputs: { by: 'name' } },
    { id: 'write', block: 'data/write-csv' },
    { id: 'rows', block: 'io/output', inputs: { name: 'rows' } },
    { id: 'csv', block: 'io/output', inputs: { name: 'csv' } },
  ],
  links: [
    { from: 'in.result', to: 'parse.contents' },
    { from: 'parse.rows', to: 'sort.rows' },
    { from: 'sort.rows', to: 'write.rows' },
    { from: 'sort.rows', to: 'rows.value' },
    { from: 'write.csv', to: 'csv.value' },
  ],
}

it.each([
  ['a small table', 2],
  ['a table that is stored as a blob', 3000],
])('%s keeps the order of its columns through blocks, journal and outputs', async (_, count) => {
  const lines = Array.from({ length: count }, (__, i) => `row ${String(i).padStart(5, '0')},${i},x`)
  const csv = ['name,2024,2023', ...lines].join('\n')
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Order', document: DOCUMENT })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: { csv } })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) if (event.type === 'ExecutionFinished') break
  const events = await readEvents(runtime, id)
  const end = events.at(-1)
  if (end?.type !== 'ExecutionFinished') throw new Error('the execution has not finished')
  expect(end.outputs.csv).toEqual([csv])
  const [rows] = end.outputs.rows as [Record<string, string>[]]
  expect(rows.map((row) => Object.keys(row).join())).toEqual(lines.map(() => 'name,2024,2023'))
})
