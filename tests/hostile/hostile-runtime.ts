import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RuntimeConfig } from '@ashlar/core'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { pluginSource, type PluginBlock } from './plugin-source.ts'

export interface Outcome {
  status: string
  code: string | undefined
  message: string | undefined
  /** The outputs of the graph's blocks, in order. */
  yielded: [pin: string, value: unknown][]
}

/** A complete runtime with one hostile plugin and two users. */
export interface HostileRuntime {
  readonly runtime: TestRuntime
  readonly mallory: string
  readonly alice: string
  /** Creates a graph of these blocks of the plugin, all with the same inputs. @returns its id */
  createGraph(ownerId: string, blocks: readonly string[], n?: unknown, timeoutMs?: number): Promise<string>
  /** Runs a graph until its execution has ended. */
  start(ownerId: string, graphId: string): Promise<Outcome>
  /** Runs blocks of the plugin in a new graph. */
  run(ownerId: string, blocks: readonly string[], n?: unknown, timeoutMs?: number): Promise<Outcome>
  close(): Promise<void>
}

export async function startHostileRuntime(
  blocks: readonly PluginBlock[],
  httpAllow: readonly string[] = [],
  hostFunction: RuntimeConfig['hostFunction'] = () => undefined,
): Promise<HostileRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-hostile-'))
  await mkdir(join(folder, 'hostile'))
  const manifest = { name: 'hostile', version: '1.0.0', ashlar: { blocks: './index.ts' } }
  await writeFile(join(folder, 'hostile', 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'hostile', 'index.ts'), pluginSource(blocks))
  const runtime = await createTestRuntime({
    pluginRoots: [BUILTIN_PLUGINS, folder],
    sandbox: { maxCpuMs: 2000, maxOutputBytes: 4_000_000 },
    httpAllow,
    hostFunction,
  })
  const { id: alice } = await runtime.users.create('Alice')
  const createGraph: HostileRuntime['createGraph'] = async (ownerId, names, n = 1, timeoutMs = 3000) => {
    const nodes = names.map((name, i) => ({ id: `node${i}`, block: `hostile/${name}`, inputs: { n }, timeoutMs }))
    return (await runtime.graphs.create(ownerId, { name: names.join(), document: { pairing: 'FIFO', nodes } })).id
  }
  const start: HostileRuntime['start'] = async (ownerId, graphId) => {
    const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
    return awaitOutcome(runtime, ownerId, id)
  }
  return {
    runtime,
    mallory: runtime.ownerId,
    alice,
    createGraph,
    start,
    run: async (ownerId, names, n, timeoutMs) => start(ownerId, await createGraph(ownerId, names, n, timeoutMs)),
    async close() {
      await runtime.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function awaitOutcome(runtime: TestRuntime, ownerId: string, executionId: string): Promise<Outcome> {
  const yielded: Outcome['yielded'] = []
  for await (const event of await runtime.executions.follow(ownerId, executionId, 0)) {
    if (event.type === 'NodeOutput') yielded.push([event.pin, event.value])
    if (event.type === 'ExecutionFinished')
      return { status: event.status, code: event.reason?.code, message: event.reason?.message, yielded }
  }
  throw new Error('the execution did not finish')
}
