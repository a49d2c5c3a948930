import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, readEvents, type TestRuntime } from '../testing/index.ts'
import type { JournalEvent } from '../engine/index.ts'

const ID = 7615917337495251231n

const SOURCE = `import { defineBlock, definePlugin, isEqual, parseJson } from '@ashlar/sdk'
import { z } from 'zod'

let blocks = 0
const block = (name, input, run, capabilities = {}) => defineBlock({
  id: '66666666-0000-4000-8000-0000000000' + String(10 + blocks++), name, description: name, category: 'TEST', tests: [], capabilities,
  input: z.object({ in: input }), output: z.object({ out: z.unknown() }), run,
})
const BAD = {
  nan: () => ({ rows: [{ price: NaN }] }), infinity: () => [Infinity], undefined: () => undefined, hole: () => [1, undefined],
  function: () => ({ f() {} }), symbol: () => [Symbol('s')], map: () => ({ m: new Map([[1, 2]]) }), set: () => new Set([1]),
  bytes: () => ({ b: new Uint8Array(2) }), raw: () => [JSON.rawJSON('1e999')], date: () => new Date(NaN),
}
export default definePlugin({
  name: 'test-numbers',
  blocks: [
    block('any', z.unknown(), function* ({ in: value }) { yield ['out', value] }),
    block('number', z.number(), function* ({ in: value }) { yield ['out', value] }),
    block('int', z.int(), function* ({ in: value }) { yield ['out', value] }),
    block('bigint', z.bigint(), function* ({ in: value }) { yield ['out', value + 1n] }),
    block('either', z.union([z.number(), z.bigint()]), function* ({ in: value }) { yield ['out', typeof value] }),
    block('coerced', z.coerce.bigint(), function* ({ in: value }) { yield ['out', value + 1n] }),
    block('text', z.string(), function* ({ in: value }) { yield ['out', value] }),
    block('key', z.union([z.string(), z.int()]), function* ({ in: value }) { yield ['out', value] }),
    block('list', z.array(z.unknown()), function* ({ in: value }) { yield ['out', value] }),
    block('bad', z.string(), function* ({ in: name }) { yield ['out', BAD[name]()] }),
    block('later', z.string(), async function* ({ in: name }) { await null; yield ['out', BAD[name]()] }),
    block('store', z.unknown(), async function* ({ in: value }, { storage }) {
      await storage.set('user', 'k', value)
      const kept = await storage.get('user', 'k')
      yield ['out', [kept, isEqual(kept, value), await storage.compareAndSet('user', 'k', kept, 1)]]
    }, { storage: ['user'] }),
    block('store-bad', z.string(), async function* ({ in: name }, { storage }) { await storage.set('user', 'k', BAD[name]()); yield ['out', 1] }, { storage: ['user'] }),
    block('library', z.unknown(), function* ({ in: value }) { yield ['out', JSON.stringify(value) + JSON.stringify(parseJson('[12345678901234567890]'))] }),
  ],
})
`

let runtime: TestRuntime
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-test-numbers-'))
  await mkdir(join(folder, 'test-numbers'))
  const manifest = { name: 'test-numbers', ashlar: { blocks: './i.ts' } }
  await writeFile(join(folder, 'test-numbers', 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'test-numbers', 'i.ts'), `// @ts-nocheck\n${SOURCE}`)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function run(document: object, inputs: Record<string, unknown> = {}): Promise<JournalEvent[]> {
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Numbers', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) if (event.type === 'ExecutionFinished') break
  return readEvents(runtime, id)
}

/** Returns the output of a block of the test plugin for a parsed value, or the code and message of its failure. */
async function pass(block: string, value: unknown, from = 'logic/convert'): Promise<unknown> {
  const events = await run(
    {
      nodes: [
        { id: 'in', block: 'io/input', inputs: { name: 'value' } },
        { id: 'through', block: from, inputs: from === 'logic/convert' ? { type: 'dictionary' } : {} },
        { id: 'take', block: `test-numbers/${block}` },
        { id: 'out', block: 'io/output', inputs: { name: 'result' } },
      ],
      links: [
        { from: 'in.result', to: 'through.value' },
        { from: 'through.value_#_value', to: 'take.in' },
        { from: 'take.out', to: 'out.value' },
      ],
    },
    { value: { value } },
  )
  const end = events.at(-1)
  if (end?.type !== 'ExecutionFinished') throw new Error('the execution has not finished')
  return end.status === 'COMPLETED' ? end.outputs.result?.[0] : [end.reason?.code, end.reason?.message]
}

describe('a long integer', () => {
  it('keeps its digits from a text through blocks, journal and outputs', async () => {
    const document = {
      nodes: [
        { id: 'parse', block: 'data/parse-json', inputs: { json_str: `{"rows": [{"id": ${ID}}], "small": 5}` } },
        { id: 'find', block: 'dictionary/find', inputs: { key: 'rows' } },
        { id: 'step', block: 'logic/step-through' },
        { id: 'add', block: 'math/calculate', inputs: { operation: 'Add', b: 1 } },
        { id: 'write', block: 'data/write-json' },
        ...['id', 'next', 'text'].map((name) => ({ id: `out-${name}`, block: 'io/output', inputs: { name } })),
      ],
      links: [
        { from: 'parse.data', to: 'find.input' },
        { from: 'find.output', to: 'step.items' },
        { from: 'step.item_#_id', to: 'out-id.value' },
        { from: 'step.item_#_id', to: 'add.a' },
        { from: 'add.result', to: 'out-next.value' },
        { from: 'step.item', to: 'write.data' },
        { from: 'write.json_str', to: 'out-text.value' },
      ],
    }
    const events = await run(document)
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { id: [ID], next: [ID + 1n], text: [`{"id":${ID}}`] } })
    const { rows } = await runtime.database.pool.query<{ text: string }>(
      `select events::text as text from journal where events::text like '%${ID}%'`,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some(({ text }) => text.includes(`"id":${ID}`))).toBe(true)
  })

  it('keeps its digits in constants, inputs, blobs and stored versions', async () => {
    const list = Array<bigint>(5000).fill(ID)
    const events = await run(
      {
        nodes: [
          { id: 'in', block: 'io/input', inputs: { name: 'list' } },
          { id: 'number', block: 'io/number', inputs: { name: 'id' } },
          { id: 'find', block: 'list/find', inputs: { list: [ID - 1n, ID] } },
          { id: 'out', block: 'io/output', inputs: { name: 'list' } },
          { id: 'at', block: 'io/output', inputs: { name: 'at' } },
        ],
        links: [
          { from: 'in.result', to: 'out.value' },
          { from: 'number.result', to: 'find.value' },
          { from: 'find.index', to: 'at.value' },
        ],
      },
      { list, id: String(ID) },
    )
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { list: [list], at: [1] } })
    const { rows } = await runtime.database.pool.query<{ document: unknown }>(
      `select document from graph_version order by created_at desc limit 1`,
    )
    expect(rows[0]?.document).toMatchObject({ nodes: { 2: { inputs: { list: [ID - 1n, ID] } } } })
    const fork = runtime.database.fork()
    const versions = await fork.getConnection().execute<{ document: unknown }[]>('select document from graph_version')
    expect(versions.some(({ document }) => JSON.stringify(document).includes(`[${ID - 1n},${ID}]`))).toBe(true)
  })

  it.each([
    ['any', ID, ID],
    ['bigint', ID, ID + 1n],
    ['either', ID, 'bigint'],
    ['either', 5, 'number'],
    ['either', String(ID), 'bigint'],
    ['coerced', 5, 6],
    ['coerced', ID, ID + 1n],
    ['text', ID, String(ID)],
    ['key', ID, String(ID)],
    ['list', ID, [ID]],
    ['list', `[${ID}]`, [ID]],
    ['number', 10n ** 21n, 1e21],
    ['number', 1.5e300, 1.5e300],
    ['store', { id: ID }, [{ id: ID }, true, true]],
    ['library', { id: ID }, `{"id":${ID}}[12345678901234567890]`],
  ])('arrives unchanged at the pin of block "%s": %s', async (block, value, expected) => {
    expect(await pass(block, value)).toEqual(expected)
  })

  it.each([
    ['number', ID, `expected number, got ${ID}, which a number cannot represent exactly`],
    ['int', ID, `expected number, got ${ID}, which a number cannot represent exactly`],
    ['number', String(ID), `expected number, got ${ID}, which a number cannot represent exactly`],
    ['number', '1e999', 'must be a number, got "1e999"'],
    ['list', '[1e999]', 'must be a list, got "[1e999]"'],
  ])('is rejected at the pin of block "%s" instead of rounded: %s', async (block, value, problem) => {
    const [code, message] = (await pass(block, value)) as string[]
    expect([code, message]).toEqual(['BLOCK_INPUT_INVALID', expect.stringContaining(`input "in": `)])
    expect(message).toContain(problem)
  })
})

describe('a value without a JSON form', () => {
  it.each([
    ['nan', 'rows[0].price is NaN'],
    ['infinity', '[0] is Infinity'],
    ['undefined', 'the value is undefined'],
    ['hole', '[1] is undefined'],
    ['function', 'f is a function'],
    ['symbol', '[0] is a symbol'],
    ['map', 'm is an object of the class Map'],
    ['set', 'the value is an object of the class Set'],
    ['bytes', 'b is an object of the class Uint8Array'],
    ['raw', '[0] is the raw JSON 1e999'],
    ['date', 'the value is an invalid Date'],
  ])('fails its block with the path: %s', async (name, problem) => {
    for (const block of ['bad', 'later'])
      expect(await pass(block, name)).toEqual([
        'BLOCK_OUTPUT_INVALID',
        expect.stringContaining(`output "out" has no JSON form: ${problem}`),
      ])
  })

  it('is not stored', async () => {
    expect(await pass('store-bad', 'nan')).toEqual(['BAD_INPUT', expect.stringContaining('rows[0].price is NaN')])
  })
})
