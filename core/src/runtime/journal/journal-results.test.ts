import { afterAll, beforeAll, expect, it } from 'vitest'
import { planWith } from '../../engine/simulation/fake-blocks.ts'
import type { ExecutionEvent } from '../../engine/index.ts'
import { createTestRuntime, insertEvents, type TestRuntime } from '../../testing/index.ts'
import { readCopy } from './journal-copies.ts'
import { readParts } from './journal-parts.ts'
import { readResult } from './journal-results.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.worker?.close()
})
afterAll(() => runtime.close())

const blocks = {
  emit: { run: () => ({ pairs: [] }), outputs: { item: { many: true } } },
  output: { kind: 'output' as const, run: () => ({ pairs: [] }), inputs: { value: {} } },
}
const plan = planWith(blocks, {
  pairing: 'TAGGED',
  onUnhandledError: 'CONTINUE',
  nodes: [
    { id: 'e', block: 'emit' },
    { id: 'o', block: 'output', inputs: { name: 'all' } },
  ],
  links: [{ from: 'e.item', to: 'o.value' }],
})

/** The execution has produced 600 outputs, and its producer has failed. */
async function produced(): Promise<string> {
  const document = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'n', value: 1 } }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'One', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const items = Array.from({ length: 600 }, (_, k): ExecutionEvent[] => [
    { type: 'NodeOutput', node: 'e', n: 1, pin: 'item', value: k },
    { type: 'GraphOutput', name: 'all', value: k },
  ])
  const error = { code: 'BLOCK_FAILED', message: 'no more' }
  await insertEvents(runtime, id, [
    { type: 'ExecutionStarted', inputs: {} },
    { type: 'NodeStarted', node: 'e', n: 1, attempt: 1 },
    ...items.flat(),
    { type: 'NodeFinished', node: 'e', n: 1, attempt: 1, error },
  ])
  return id
}

it('the result of a long journal is read without folding it, and is the same', async () => {
  const id = await produced()
  const client = await runtime.database.pool.connect()
  try {
    await readParts(runtime.database.pool, [{ executionId: id, after: 0 }]) // as other readers do before
    const folded = await readResult(client, id, plan)
    expect(folded).toMatchObject({ lastSeq: 1203, failedNodes: ['e'], unreported: [] })
    expect(folded.outputs).toEqual({ all: Array.from({ length: 600 }, (_, k) => k) })
    expect(await readResult(client, id, plan, 1000)).toEqual(folded)
  } finally {
    client.release()
  }
})

it('a journal with too many events is not copied', async () => {
  const id = await produced()
  expect(await readCopy(runtime.database.pool, id)).toHaveLength(1203)
  await expect(readCopy(runtime.database.pool, id, 1000)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'the execution has 1203 events, and at most 1000 can be continued or repeated: start the graph again',
  })
})
