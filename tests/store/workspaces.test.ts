import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

const uuid = (n: number): string => `ffffffff-0000-4000-8000-${String(n).padStart(12, '0')}`
const entry = (name: string, n: number, said = name): string =>
  entryOf(name, [{ id: uuid(n), name: 'say', run: `yield ['out', '${said}']` }])

let folder: string
let databaseUrl: string
let gateway: TestRuntime
const workers: TestRuntime[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-workspaces-'))
  databaseUrl = await cloneDatabase(inject('postgresUrl'))
  gateway = await createTestRuntime({ databaseUrl, role: 'gateway' })
  await write('left', 'one', entry('one', 1))
  await write('left', 'both', entry('both', 3, 'left'))
  await write('right', 'two', entry('two', 2))
  await write('right', 'both', entry('both', 3, 'right'))
})
afterAll(async () => {
  for (const runtime of [...workers, gateway]) await runtime.close()
  await rm(folder, { recursive: true })
})

async function write(root: string, name: string, source: string): Promise<void> {
  await mkdir(join(folder, root, name), { recursive: true })
  for (const [path, text] of Object.entries(packageOf(name, '1.0.0', source)))
    await writeFile(join(folder, root, name, path), text)
}

async function startWorker(root: string, watch = false): Promise<TestRuntime> {
  const worker = await createTestRuntime({ databaseUrl, role: 'worker', pluginRoots: [join(folder, root)], watch })
  workers.push(worker)
  return worker
}

const blocks = (runtime: TestRuntime): string[] => runtime.plugins.blocks().map(({ qualifiedName }) => qualifiedName)
const all = ['both/say', 'one/say', 'two/say']

async function firstOutput(block: string): Promise<unknown> {
  const nodes = [{ id: 'node', block }]
  const { id: graphId } = await gateway.graphs.create(gateway.ownerId, { name: block, document: { nodes } })
  const { id } = await gateway.executions.start(gateway.ownerId, { graphId, inputs: {} })
  for await (const event of await gateway.executions.follow(gateway.ownerId, id, 0))
    if (event.type === 'NodeOutput') return event.value
  throw new Error('the block has yielded nothing')
}

it('every process sees the plugins of all sources, and any worker runs them', async () => {
  const left = await startWorker('left', true)
  await startWorker('right')
  for (const runtime of [left, gateway, ...workers]) await expect.poll(() => blocks(runtime)).toEqual(all)
  await left.worker?.close()
  expect(await Promise.all([firstOutput('one/say'), firstOutput('two/say')])).toEqual(['one', 'two'])
})

it('uses the latest change if sources differ, and ignores the restart of a worker', async () => {
  expect(await firstOutput('both/say')).toBe('right')
  await startWorker('left')
  expect(await firstOutput('both/say')).toBe('right')
  await write('left', 'both', entry('both', 3, 'left again'))
  await expect.poll(() => firstOutput('both/say'), { timeout: 20_000 }).toBe('left again')
})

it('keeps a plugin that is removed from one source if another source has it', async () => {
  await rm(join(folder, 'left', 'both'), { recursive: true })
  await rm(join(folder, 'left', 'one'), { recursive: true })
  await expect.poll(() => blocks(gateway), { timeout: 20_000 }).toEqual(['both/say', 'two/say'])
  await expect.poll(() => firstOutput('both/say')).toBe('right')
})

it('removes a source without a worker for ten minutes when another source starts', async () => {
  const { pool } = gateway.database
  const { rows } = await pool.query<{ id: string }>(`select workspace_id as id from workspace_plugin where package_name = 'two'`)
  await pool.query(`update plugin_workspace set seen_at = now() - interval '11 minutes' where id = $1`, [rows[0]?.id])
  await startWorker('left')
  await expect.poll(() => blocks(gateway)).toEqual([])
})

it('a plugin in a source hides one in the store, and keeps its claims', async () => {
  const tarball = tarballOf(packageOf('stored', '1.0.0', entry('stored', 9)))
  await gateway.pluginStore.publish(gateway.ownerId, { tarball })
  await gateway.pluginStore.install(gateway.ownerId, 'stored')
  expect(blocks(gateway)).toEqual(['stored/say'])
  await write('left', 'thief', entry('stored', 9))
  const failed = () => gateway.plugins.reports().find(({ packageName }) => packageName === 'stored')
  await expect.poll(failed, { timeout: 20_000 }).toMatchObject({
    status: 'FAILED',
    error: {
      code: 'DUPLICATE_BLOCK',
      message:
        'stored 1.0.0: plugin name "stored" already belongs to thief. ' + 'Give one of the two another name or id, or remove it.',
    },
  })
})

it('a scan that the owner requests at a gateway makes every worker load changed plugins', async () => {
  await write('left', 'two', entry('two', 2, 'two'))
  expect(await gateway.pluginScans.request(gateway.ownerId)).toBe(true)
  expect(await firstOutput('two/say')).toBe('two')
  await write('left', 'two', entry('two', 2, 'changed'))
  expect(await gateway.pluginScans.request(gateway.ownerId)).toBe(true)
  expect(await firstOutput('two/say')).toBe('changed')
})

it('allows a scan only for the owner of the installation', async () => {
  await expect(gateway.pluginScans.request(randomUUID())).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
