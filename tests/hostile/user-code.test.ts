import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let runtime: TestRuntime
let alice: string
beforeAll(async () => {
  runtime = await createTestRuntime({ sandbox: { maxCpuMs: 1000, isolateMemoryMb: 64 } })
  alice = (await runtime.users.create('Alice')).id
})
afterAll(() => runtime.close())

interface Outcome {
  results: unknown[]
  errors: { code: string; message: string }[]
}

/** Runs a graph whose nodes run these programs at the same time, and returns their results in order of arrival. */
async function run(codes: readonly string[], ownerId = runtime.ownerId): Promise<Outcome> {
  const nodes = codes.map((code, i) => ({ id: `n${i}`, block: 'code/run-javascript', inputs: { code }, timeoutMs: 30_000 }))
  const document = { pairing: 'FIFO', onUnhandledError: 'CONTINUE', nodes }
  const { id: graphId } = await runtime.graphs.create(ownerId, { name: 'Code', document })
  const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
  const outcome: Outcome = { results: [], errors: [] }
  for await (const event of await runtime.executions.follow(ownerId, id, 0)) {
    if (event.type === 'NodeOutput' && event.pin === 'result') outcome.results.push(event.value)
    if (event.type === 'NodeFinished' && event.error) outcome.errors.push(event.error)
  }
  return outcome
}

const MARK = `globalThis.mark = (globalThis.mark ?? 0) + 1
Array.prototype.mark = 'left behind'
Object.prototype.mark2 = 'left behind'
return [mark, [].mark]`
const LOOK = `return [typeof mark, typeof [].mark, typeof {}.mark2]`
const CLEAN = ['undefined', 'undefined', 'undefined']

describe('code of a user', () => {
  it('leaves nothing behind for a later run of the same user', async () => {
    expect(await run([MARK])).toEqual({ results: [[1, 'left behind']], errors: [] })
    expect(await run([MARK])).toEqual({ results: [[1, 'left behind']], errors: [] })
    expect(await run([LOOK])).toEqual({ results: [CLEAN], errors: [] })
  })

  it('leaves nothing behind for another run of the same execution', async () => {
    const { results } = await run([
      `${MARK.replace('return', 'await new Promise((r) => setTimeout(r, 100)); return')}`,
      LOOK,
      LOOK,
    ])
    expect(results).toContainEqual([1, 'left behind'])
    expect(results.filter((result) => JSON.stringify(result) === JSON.stringify(CLEAN))).toHaveLength(2)
  })

  it('leaves nothing behind for another user', async () => {
    await run([MARK])
    expect(await run([LOOK], alice)).toEqual({ results: [CLEAN], errors: [] })
  })

  it('leaves nothing behind for other built-in blocks', async () => {
    const poison = `for (const key of ['stringify', 'parse']) JSON[key] = () => { throw new Error('poisoned') }
Array.prototype.join = () => 'poisoned'
return 1`
    await run([poison])
    const nodes = [
      { id: 'text', block: 'text/combine', inputs: { input: ['a', 'b'] } },
      { id: 'out', block: 'io/output', inputs: { name: 'out' } },
    ]
    const document = { nodes, links: [{ from: 'text.output', to: 'out.value' }] }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Join', document })
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
    const outputs: unknown[] = []
    for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
      if (event.type === 'GraphOutput') outputs.push(event.value)
    expect(outputs).toEqual(['ab'])
  })

  it.each([
    ['the network', 'fetch("https://example.com")'],
    ['the entry points of the host', '__ashlar.enter'],
    ['Node', 'process.binding("fs")'],
    ['modules of Node', 'require("node:fs")'],
    ['modules by import', 'await import("node:fs")'],
    ['the context of the block', 'arguments.callee.caller'],
    ['the context of the block through its stack', '(() => { throw new Error() }).caller'],
  ])('does not reach %s', async (_what, expression) => {
    const { results, errors } = await run([`return ${expression}`])
    expect(results).toEqual([])
    expect(errors).toMatchObject([{ code: 'BLOCK_FAILED' }])
  })

  it('gets no capability from the functions of the block that it replaces', async () => {
    const thief = `const seen = []
for (const [owner, key] of [[Promise.prototype, 'then'], [Map.prototype, 'get'], [Map.prototype, 'set'], [Array.prototype, 'push']]) {
  const method = owner[key]
  owner[key] = function (...args) {
    const result = Reflect.apply(method, this, args)
    for (const each of [...args, result]) seen[seen.length] = each
    return result
  }
}
yield 1
await new Promise((resolve) => setTimeout(resolve, 20))
const stores = seen.flatMap((each) => (typeof each === 'object' && each?.call ? [each.contextWith?.(), each] : [])).filter((each) => each?.storage)
const tried = await Promise.allSettled(stores.map(({ storage }) => storage.set('user', 'k', 'stolen')))
return tried.map(({ status, reason }) => [status, reason?.message])`
    const { results } = await run([thief])
    for (const result of results.flat() as [string, string][])
      expect(result).toEqual(['rejected', expect.stringContaining('storage')])
    expect(results).toHaveLength(1)
    const { rows } = await runtime.database.pool.query('select key from block_storage')
    expect(rows).toEqual([])
  })

  it('that does not stop ends with its limit, and other code of the user finishes', async () => {
    const { results, errors } = await run(['for (;;);', 'await new Promise((r) => setTimeout(r, 50)); return 1', 'return 2'])
    expect(errors).toMatchObject([{ code: 'CPU_LIMIT' }])
    expect(new Set(results)).toEqual(new Set([1, 2]))
  })

  it('that takes too much memory ends with its limit', async () => {
    const { errors } = await run(['const all = []; for (;;) all.push(new Array(1e5).fill(all.length))'])
    expect(errors).toMatchObject([{ code: 'MEMORY_LIMIT' }])
  })

  it('that replaces the functions of its own context fails alone', async () => {
    const broken = `Array.prototype.push = Array.prototype[Symbol.iterator] = JSON.stringify = Map.prototype.get = () => { throw 1 }; return 1`
    expect((await run([broken, 'return 2'])).results).toContain(2)
    expect(await run(['return 3'])).toEqual({ results: [3], errors: [] })
  })
})

describe('a graph with code', () => {
  it('is rejected when the code is not JavaScript', async () => {
    const nodes = [{ id: 'n', block: 'code/run-javascript', inputs: { code: 'return 1 +' } }]
    await expect(runtime.graphs.create(runtime.ownerId, { name: 'Code', document: { nodes } })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      details: { faults: [{ path: 'nodes.n.inputs.code', message: expect.stringContaining('line 1') }] },
    })
  })
})
