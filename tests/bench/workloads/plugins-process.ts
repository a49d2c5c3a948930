/**
 * Started by `plugins.ts`: `node --expose-gc plugins-process.ts <database url> <database url>`, with two empty
 * databases. A separate process, so that its heap contains no other data of the benchmark.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createRuntime, type Runtime, type RuntimeConfig } from '@ashlar/core'
import { printError } from '../context.ts'
import { changePlugin, firstBlock, writePlugins } from '../many-plugins.ts'
import { time } from '../measure.ts'
import type { PluginsMessage } from './plugins.ts'

const PLUGINS = 500
/** The number of plugins that are changed and then run in their previous version. */
const CHANGES = 7
const GIVE_UP_AFTER_MS = 30_000
const QUERIES = ['append', 'mark text', 'apend a mark', 'block 7', 'te', 'for each', 'number of repetitions', 'many-77']

const [emptyUrl = '', databaseUrl = ''] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
// Ctrl-C signals the whole process group. The parent process ends this one in order.
process.on('SIGINT', () => {})
const folder = await mkdtemp(join(tmpdir(), 'ashlar-many-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
try {
  await writePlugins(folder, PLUGINS)
  process.send?.(await measure())
} finally {
  process.disconnect?.()
}

async function measure(): Promise<PluginsMessage> {
  const empty = await open({ databaseUrl: emptyUrl })
  const before = await heapBytes()
  await empty.runtime.close()
  const cold = await open({ pluginRoots: [folder] })
  await cold.runtime.close()
  const cached = await open({ pluginRoots: [folder] })
  const heap = (await heapBytes()) - before
  const { plugins } = cached.runtime
  const failed = plugins.reports().find(({ status }) => status === 'FAILED')
  if (failed || plugins.reports().length !== PLUGINS) throw new Error(`not all plugins load: ${failed?.error?.message}`)
  const blocks = plugins.blocks().length
  const searches = await search(cached.runtime)
  await cached.runtime.close()
  const { graphIds, changeMs } = await change()
  return {
    plugins: PLUGINS,
    blocks,
    emptyMs: empty.tookMs,
    coldMs: cold.tookMs,
    cachedMs: cached.tookMs,
    heapBytes: Math.max(0, heap),
    ...searches,
    changeMs,
    ...(await runUnknown(graphIds)),
  }
}

/** Searches for words that many blocks contain, with and without typing errors. */
async function search({ catalogue }: Runtime): Promise<Pick<PluginsMessage, 'indexMs' | 'searchMs'>> {
  const orderBy = { field: 'RELEVANCE', direction: 'DESC' } as const
  const find = (query: string): Promise<unknown> =>
    catalogue.searchBlocks(query, { first: 20, orderBy, filter: {}, countTotal: true })
  const indexMs = await time(() => find('append'))
  const searchMs: number[] = []
  for (const query of QUERIES) searchMs.push(await time(() => find(query)))
  return { indexMs, searchMs }
}

async function open(config: Partial<RuntimeConfig>): Promise<{ runtime: Runtime; tookMs: number }> {
  const began = performance.now()
  const runtime = await createRuntime({ databaseUrl, pluginRoots: [], onError: printError, ...config })
  return { runtime, tookMs: performance.now() - began }
}

/** Changes plugins one by one. @returns the graphs that pin the previous versions */
async function change(): Promise<{ graphIds: string[]; changeMs: number[] }> {
  const { runtime } = await open({ pluginRoots: [folder], watch: true })
  const { id: ownerId } = await runtime.users.ensureOwner()
  const graphIds: string[] = []
  const changeMs: number[] = []
  for (let plugin = 0; plugin < CHANGES; plugin++) {
    const document = { nodes: [{ id: 'only', block: firstBlock(plugin), inputs: {} }], links: [] }
    graphIds.push((await runtime.graphs.create(ownerId, { name: 'Bench', document })).id)
    await pause(500) // for background work of the previous change
    const changed = waitForChange(runtime, firstBlock(plugin), 'changed')
    changeMs.push(await time(() => Promise.all([changed, changePlugin(folder, plugin, 'changed')])))
  }
  await runtime.close()
  return { graphIds, changeMs }
}

/** Resolves when the registry reports the new description of a block. */
function waitForChange({ plugins }: Runtime, block: string, mark: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the registry does not report the change of ${block}`)), GIVE_UP_AFTER_MS)
    const end = plugins.onChange(() => {
      if (!plugins.block(block)?.description.includes(mark)) return
      clearTimeout(timer)
      end()
      resolve()
    })
  })
}

/** A gateway starts the executions. Their worker has no plugin folders, and has only loaded the current versions. */
async function runUnknown(graphIds: string[]): Promise<Pick<PluginsMessage, 'unknownMs' | 'knownMs'>> {
  const { runtime: gateway } = await open({ role: 'gateway' })
  const { runtime: worker } = await open({ role: 'worker' })
  const { id: ownerId } = await gateway.users.ensureOwner()
  const document = { nodes: [{ id: 'only', block: firstBlock(graphIds.length), inputs: {} }], links: [] }
  const warmUp = await gateway.graphs.create(ownerId, { name: 'Bench', document })
  for (let i = 0; i < 3; i++) await runToFirstOutput(gateway, ownerId, warmUp.id)
  const unknownMs: number[] = []
  const knownMs: number[] = []
  for (const id of graphIds) unknownMs.push(await runToFirstOutput(gateway, ownerId, id))
  for (const id of graphIds) knownMs.push(await runToFirstOutput(gateway, ownerId, id))
  await worker.close()
  await gateway.close()
  return { unknownMs, knownMs }
}

/** @returns milliseconds from the request to the first output that a subscriber reads */
async function runToFirstOutput({ executions }: Runtime, ownerId: string, graphId: string): Promise<number> {
  const began = performance.now()
  const { id } = await executions.start(ownerId, { graphId, inputs: {} })
  let tookMs: number | undefined
  for await (const event of await executions.follow(ownerId, id, 0))
    if (event.type === 'NodeOutput') tookMs ??= performance.now() - began
  if (tookMs === undefined) throw new Error('an execution has no output')
  await pause(100) // for the next spare process, as between two users
  return tookMs
}

async function heapBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await pause(50)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
