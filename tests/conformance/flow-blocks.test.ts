import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let runtime: TestRuntime
let other: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
  other = await createTestRuntime({ databaseUrl: runtime.database.url })
})
afterAll(async () => {
  await other.close()
  await runtime.close()
})

interface Output {
  pin: string
  value: unknown
  at: number
}

/** Follows an execution, and calls back when a run sleeps. @returns its outputs */
async function follow(id: string, onWaiting?: () => void): Promise<Output[]> {
  const outputs: Output[] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type === 'NodeOutput') outputs.push({ pin: event.pin, value: event.value, at: event.at })
    if (event.type === 'NodeWaiting') onWaiting?.()
  }
  return outputs
}

async function createGraph(block: string, inputs: object): Promise<(value: number, onWaiting?: () => void) => Promise<Output[]>> {
  const nodes = [
    { id: 'value', block: 'io/number', inputs: { name: 'value' } },
    { id: 'flow', block, inputs },
  ]
  const links = [{ from: 'value.result', to: 'flow.value' }]
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: block, document: { nodes, links } })
  return async (value, onWaiting) => {
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: { value } })
    return (await follow(id, onWaiting)).filter(({ pin }) => pin !== 'result')
  }
}

async function runTogether(block: string, inputs: object, count: number): Promise<Output[]> {
  const run = await createGraph(block, inputs)
  return (await Promise.all(Array.from({ length: count }, (_, i) => run(i)))).flat()
}

const pinsOf = (outputs: readonly Output[]): string[] => outputs.map(({ pin }) => pin).toSorted()

describe('logic/fail', () => {
  const CHECK = {
    nodes: [
      { id: 'stock', block: 'io/number', inputs: { name: 'stock' } },
      { id: 'check', block: 'logic/condition', inputs: { operator: '<', value2: 3 } },
      { id: 'fail', block: 'logic/fail', inputs: { message: 'too few are left', code: 'OUT_OF_STOCK' } },
      { id: 'out', block: 'io/output', inputs: { name: 'out' } },
    ],
    links: [
      { from: 'stock.result', to: 'check.value1' },
      { from: 'check.yes_output', to: 'fail.details' },
      { from: 'check.no_output', to: 'out.value' },
    ],
  }
  const FAILURE = { code: 'BLOCK_FAILED', message: 'node "fail" (logic/fail): OUT_OF_STOCK: too few are left: 2', node: 'fail' }

  async function run(document: object, stock: number): Promise<unknown> {
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Check', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: { stock } })
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
      if (event.type === 'ExecutionFinished') return event
    throw new Error('the execution has no end')
  }

  it('ends the execution with its message when a value arrives', async () => {
    expect(await run(CHECK, 2)).toMatchObject({ status: 'FAILED', reason: FAILURE })
  })

  it('does nothing when no value arrives', async () => {
    expect(await run(CHECK, 3)).toMatchObject({ status: 'COMPLETED', outputs: { out: [3] } })
  })

  it('sends its message to a link of its pin "error" instead', async () => {
    const links = [...CHECK.links, { from: 'fail.error', to: 'out.value' }]
    expect(await run({ ...CHECK, links }, 2)).toMatchObject({
      status: 'COMPLETED',
      outputs: { out: ['OUT_OF_STOCK: too few are left: 2'] },
    })
  })
})

describe('with two workers', () => {
  it('storage/once lets a key of concurrent executions pass once', async () => {
    const outputs = await runTogether('storage/once', { key: 'order-17' }, 12)
    expect(pinsOf(outputs)).toEqual(['new', ...Array<string>(11).fill('seen')])
  })

  it('storage/rate-limit refuses what exceeds the limit', async () => {
    const inputs = { limit: 3, period_seconds: 3600, when_exceeded: 'refuse' }
    const outputs = await runTogether('storage/rate-limit', inputs, 10)
    expect(outputs.filter(({ pin }) => pin === 'value')).toHaveLength(3)
    expect(outputs.filter(({ pin }) => pin === 'refused')).toHaveLength(7)
  })

  it('storage/rate-limit lets the others wait, and never passes more than the limit in a period', async () => {
    const outputs = await runTogether('storage/rate-limit', { limit: 2, period_seconds: 0.4 }, 6)
    const passed = outputs.toSorted((a, b) => a.at - b.at)
    expect(passed.map(({ value }) => value).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4, 5])
    // a value that did not wait is recorded some milliseconds after its turn
    expect((passed[5]?.at ?? 0) - (passed[0]?.at ?? 0)).toBeGreaterThanOrEqual(800 - 100)
  })

  it('storage/debounce lets only the last of several values pass', async () => {
    const run = await createGraph('storage/debounce', { seconds: 1 })
    const waiting = Promise.withResolvers<void>()
    const first = run(1, () => waiting.resolve())
    await waiting.promise
    const second = run(2)
    expect((await Promise.all([first, second])).flat()).toMatchObject([
      { pin: 'dropped', value: 1 },
      { pin: 'value', value: 2 },
    ])
  })

  it('storage/cache keeps a value for other executions', async () => {
    const write = await createGraph('storage/cache', { key: 'k', shared_by: 'user' })
    const nodes = [{ id: 'read', block: 'storage/cache', inputs: { key: 'k', shared_by: 'user' } }]
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'read', document: { nodes } })
    const read = async (): Promise<Output[]> =>
      follow((await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })).id)
    expect(await read()).toMatchObject([{ pin: 'missing', value: 'k' }])
    await write(5)
    expect(await read()).toMatchObject([{ pin: 'value', value: 5 }])
  })
})
