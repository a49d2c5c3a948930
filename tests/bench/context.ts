import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRuntime, startEmbeddedPostgres, type Runtime } from '@ashlar/core'
import { writeBenchPlugin } from './bench-plugin.ts'
import { connect } from './connect.ts'
import type { Figure } from './format.ts'

/** One workload. To add one, add a file in `workloads/` and a line in its index. */
export interface Workload {
  readonly name: string
  readonly unit: string
  run(context: BenchContext): Promise<Figure[]>
}

/** The environment of a workload. */
export interface BenchContext {
  /** A runtime with gateway and worker in this process, like `ashlar start --role all`. */
  readonly runtime: Runtime
  readonly ownerId: string
  readonly pluginRoots: readonly string[]
  /** Whether to measure the largest sizes, which take long. */
  readonly full: boolean
  /** @returns the URL of a new, empty database on the same server */
  createDatabase(name: string): Promise<string>
  /** @returns the id of a new graph */
  createGraph(document: unknown): Promise<string>
  /** Prints a line below the table. */
  note(line: string): void
  /** Disposed when the workload ends, also after a failure. */
  readonly stack: AsyncDisposableStack
}

const BUILTIN_PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url))

/**
 * Starts a real Postgres with its default settings (which include fsync) and a runtime on it.
 *
 * @param stack receives the resources to dispose
 */
export async function createContext(
  stack: AsyncDisposableStack,
  { full, note }: Pick<BenchContext, 'full' | 'note'>,
): Promise<BenchContext> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await writeBenchPlugin(join(folder, 'plugins'))
  const postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') })
  stack.defer(() => postgres.stop())
  const pluginRoots = [BUILTIN_PLUGINS, join(folder, 'plugins')]
  const runtime = await createRuntime({ databaseUrl: postgres.url, pluginRoots, onError: printError })
  stack.defer(() => runtime.close())
  const { id: ownerId } = await runtime.users.ensureOwner()
  return {
    runtime,
    ownerId,
    pluginRoots,
    full,
    note,
    stack,
    createDatabase: (name) => createDatabase(postgres.adminUrl, name),
    createGraph: async (document) => (await runtime.graphs.create(ownerId, { name: 'Bench', document })).id,
  }
}

/** Prints errors of background work, so that readers of the figures see them. */
export function printError(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
}

async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = await connect(adminUrl)
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}
