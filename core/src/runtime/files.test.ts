import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, uuidAt, type TestRuntime } from '../testing/index.ts'
import { createFolderStore, createWorkspaces, type Workspaces } from '../workspaces/index.ts'
import type { Execution } from './lifecycle/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const block = (i, name, files, run) => defineBlock({
  id: '66666666-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [], capabilities: files ? { files } : {},
  input: z.object({ path: z.string().default('a'), n: z.number().default(1) }), output: z.object({ out: z.unknown() }), run,
})
const streamOf = (pieces) => new ReadableStream({
  pull(controller) {
    const next = pieces.shift()
    if (next === undefined) controller.close()
    else if (next === 'fail') controller.error(new Error('broken off'))
    else controller.enqueue(next)
  },
})

export default definePlugin({
  name: 'test-files',
  blocks: [
    block(1, 'stream', ['read', 'write'], async function* ({ path, n }, { files }) {
      const pieces = Array.from({ length: n }, (_, i) => new Uint8Array(1000).fill(i % 256))
      const { bytes } = await files.write(path, streamOf(pieces))
      let read = 0, largest = 0, sum = 0
      for await (const piece of await files.open(path)) { read += piece.length; largest = Math.max(largest, piece.length); sum += piece[0] }
      yield ['out', { bytes, read, largest, all: (await files.read(path)).length, stat: (await files.stat(path)).bytes }]
    }),
    block(2, 'kinds', ['read', 'write'], async function* (_input, { files }) {
      await files.write('text', 'Straße')
      await files.write('bytes', new Uint8Array([1, 2]))
      await files.write('blob', new Blob(['blob']))
      const entries = await files.list()
      yield ['out', [entries.map(({ path, bytes }) => path + ' ' + bytes), entries[0].modifiedAt instanceof Date, await files.readText('text'), await files.stat('none')]]
    }),
    block(3, 'broken', ['read', 'write'], async function* ({ path }, { files }) {
      await files.write(path, 'old')
      const said = []
      for (const data of [streamOf([new Uint8Array(200000), 'fail']), streamOf(['text']), 7]) await files.write(path, data).catch(({ message }) => said.push(message))
      yield ['out', [await files.readText(path), said]]
    }),
    block(4, 'without', undefined, async function* ({ path }, { files }) { yield ['out', await files.readText(path)] }),
    block(5, 'cancel', ['read', 'write'], async function* ({ path }, { files }) {
      await files.write(path, 'x'.repeat(200000))
      for (let i = 0; i < 40; i++) for await (const piece of await files.open(path)) break
      yield ['out', 'done']
    }),
    block(6, 'append', ['read', 'write'], async function* ({ path }, { files }) {
      const before = (await files.stat(path)) ? await files.readText(path) : ''
      await files.write(path, before + '+')
      if (before === '') throw new Error('the first time')
      yield ['out', before + '+']
    }),
  ],
})
`

let runtime: TestRuntime
let workspaces: Workspaces
let folder: string
const filesDir = (): string => join(folder, 'files')
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-test-files-'))
  await mkdir(join(folder, 'plugins', 'test-files'), { recursive: true })
  await writeFile(
    join(folder, 'plugins', 'test-files', 'package.json'),
    JSON.stringify({ name: 'test-files', ashlar: { blocks: './i.ts' } }),
  )
  await writeFile(join(folder, 'plugins', 'test-files', 'i.ts'), `// @ts-nocheck\n${SOURCE}`)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, join(folder, 'plugins')], filesDir: filesDir() })
  workspaces = createWorkspaces(runtime.database, createFolderStore(filesDir()))
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

interface Ended {
  id: string
  status: string
  code: string | undefined
  outputs: unknown[]
}

async function ended({ id }: Pick<Execution, 'id'>, { executions, ownerId } = runtime): Promise<Ended> {
  const outputs: unknown[] = []
  for await (const event of await executions.follow(ownerId, id, 0)) {
    if (event.type === 'NodeOutput') outputs.push(event.value)
    if (event.type === 'ExecutionFinished') return { id, status: event.status, code: event.reason?.code, outputs }
  }
  throw new Error('the execution did not finish')
}

async function createGraph(document: object): Promise<string> {
  return (await runtime.graphs.create(runtime.ownerId, { name: 'Files', document })).id
}

const runBlock = async (block: string, inputs: object = {}): Promise<Ended> =>
  ended(await runtime.executions.runBlock(runtime.ownerId, { block, inputs }))
const runGraph = async (document: object): Promise<Ended> =>
  ended(await runtime.executions.start(runtime.ownerId, { graphId: await createGraph(document), inputs: {} }))

const WRITE_THEN_READ = {
  nodes: [
    { id: 'write', block: 'files/write', inputs: { path: 'f/a.json', text: '{"a":1}' } },
    { id: 'read', block: 'files/read', inputs: { as: 'json' } },
  ],
  links: [{ from: 'write.path', to: 'read.path' }],
}

describe('a block', () => {
  it('streams a file in both directions, and reads it in pieces of 64 KiB', async () => {
    const { outputs } = await runBlock('test-files/stream', { n: 1000 })
    expect(outputs).toEqual([{ bytes: 1e6, read: 1e6, largest: 65_536, all: 1e6, stat: 1e6 }])
  })

  it('writes texts, bytes and blobs', async () => {
    const { outputs } = await runBlock('test-files/kinds')
    expect(outputs).toEqual([[['blob 4', 'bytes 2', 'text 7'], true, 'Straße', null]])
  })

  it('keeps the old file if a write fails', async () => {
    const { id, outputs } = await runBlock('test-files/broken')
    const streams = 'a stream to write to a file must yield Uint8Arrays'
    const kinds = 'the data to write to a file must be a string, a Uint8Array, a Blob or a ReadableStream'
    expect(outputs).toEqual([['old', ['broken off', streams, kinds]]])
    expect(await readdir(join(filesDir(), id.slice(0, 6), id))).toEqual(['a'])
  })

  it('may stop reading a stream', async () => {
    expect((await runBlock('test-files/cancel')).outputs).toEqual(['done'])
  })

  it('fails with the code of the rejected call', async () => {
    expect(await runBlock('files/read', { path: 'none' })).toMatchObject({ status: 'FAILED', code: 'FILE_NOT_FOUND' })
    expect(await runBlock('files/read', { path: '../none' })).toMatchObject({ status: 'FAILED', code: 'FILE_PATH_INVALID' })
    expect(await runBlock('test-files/without')).toMatchObject({ status: 'FAILED', code: 'CAPABILITY_MISSING' })
  })

  it('has no files if the installation has no folder for them', async () => {
    const bare = await createTestRuntime({ filesDir: undefined })
    const { id } = await bare.executions.runBlock(bare.ownerId, { block: 'files/list', inputs: {} })
    expect((await ended({ id }, bare)).code).toBe('CONFIG_INVALID')
    await bare.close()
  })
})

describe('the blocks of an execution', () => {
  it('share files that other executions do not see', async () => {
    expect((await runGraph(WRITE_THEN_READ)).outputs).toContainEqual({ a: 1 })
    expect((await runBlock('files/list')).outputs).toEqual([[], []])
  })

  it('share files with the graphs that they run', async () => {
    const childId = await createGraph({
      nodes: [{ id: 'write', block: 'files/write', inputs: { path: 'from-child', text: 'x' } }],
    })
    const document = {
      nodes: [
        { id: 'write', block: 'files/write', inputs: { path: 'from-parent', text: 'x' } },
        { id: 'child', block: 'io/graph', inputs: { graph_id: childId } },
        { id: 'list', block: 'files/list' },
      ],
    }
    const { id } = await runGraph(document)
    expect((await (await workspaces.openFor(id)).list([], '', 10)).map(({ path }) => path)).toEqual(['from-child', 'from-parent'])
  })
})

describe('an execution that continues another', () => {
  it('starts with a copy of its files', async () => {
    const first = await runBlock('test-files/append')
    expect(first).toMatchObject({ status: 'FAILED' })
    const unused = await runtime.executions.retry(runtime.ownerId, first.id)
    const second = await ended(unused)
    expect(second.outputs).toEqual(['++'])
    const replayed = await ended(
      await runtime.executions.replay(runtime.ownerId, { executionId: second.id, node: 'block', n: 1 }),
    )
    expect(replayed.outputs).toEqual(['+++'])
    expect(await readText(first.id, 'a')).toBe('+')
    expect(await readText(second.id, 'a')).toBe('++')
  })

  it('starts with the files of the last predecessor that has files', async () => {
    const first = await runBlock('test-files/append')
    const ids = [first.id]
    for (let i = 0; i < 3; i++) {
      const { rows } = await runtime.database.pool.query<{ id: string }>(
        `insert into execution select (jsonb_populate_record(e, jsonb_build_object('id', $2::text, 'origin_id', $1::text))).* from execution e where id = $1::uuid
         returning id`,
        [ids.at(-1), uuidAt(Date.now())],
      )
      ids.push(rows[0]?.id ?? '')
    }
    expect(await readText(ids.at(-1) ?? '', 'a')).toBe('+')
    expect(await readdir(join(filesDir(), first.id.slice(0, 6)))).not.toContain(ids[1])
  })
})

async function readText(executionId: string, path: string): Promise<string> {
  const reader = await (await workspaces.openFor(executionId)).open([path])
  const text = String(await reader.read())
  await reader.close()
  return text
}

describe('the maintenance', () => {
  const DAY_MS = 24 * 3600_000

  /** Copies an execution as one that was created 40 days ago. */
  async function copyAsOld(like: string, changes: object = {}): Promise<string> {
    const { rows } = await runtime.database.pool.query<{ id: string }>(
      `insert into execution select (jsonb_populate_record(e, $2)).* from execution e where id = $1::uuid returning id`,
      [like, JSON.stringify({ id: uuidAt(Date.now() - 40 * DAY_MS), ...changes })],
    )
    const id = rows[0]?.id ?? ''
    const writer = await (await workspaces.openFor(id)).create(['own'])
    await writer.end()
    return id
  }

  const exists = async (id: string): Promise<boolean> =>
    readdir(join(filesDir(), id.slice(0, 6), id)).then(
      () => true,
      () => false,
    )

  it('removes the files of executions that have ended and are older than the retention', async () => {
    const { id } = await runBlock('files/write', { path: 'a', text: 'x' })
    const [done, waiting, origin] = [await copyAsOld(id), await copyAsOld(id, { status: 'WAITING' }), await copyAsOld(id)]
    const continuing = await copyAsOld(id, { id: uuidAt(Date.now()), status: 'QUEUED', origin_id: origin })
    const stranger = uuidAt(Date.now() - 40 * DAY_MS)
    await createFolderStore(filesDir()).open(stranger, [])
    await workspaces.removeExpired(30)
    const there = await Promise.all([id, done, waiting, origin, continuing, stranger].map(exists))
    expect(there).toEqual([true, false, true, true, true, true])
    await runtime.database.pool.query(`update execution set status = 'COMPLETED' where id = any($1)`, [[waiting, continuing]])
    await Promise.all([workspaces.removeExpired(30), workspaces.removeExpired(30)])
    expect(await Promise.all([waiting, origin, continuing].map(exists))).toEqual([false, false, true])
  })
})
