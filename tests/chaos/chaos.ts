import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRuntime, type Runtime } from '@ashlar/core'
import { startEmbeddedPostgres } from '@ashlar/core/testing'
import { effectGraph, pureGraph, writeChaosPlugin } from './plugin.ts'
import { verify, type Started, type Verdict } from './verify.ts'

export interface ChaosOptions {
  kills: number
  workers?: number
  /** Between 0 and 1; the same numbers give the same choices, though not the same timing. */
  random?: () => number
  log?: (line: string) => void
}

export interface ChaosResult extends Verdict {
  kills: Record<'worker' | 'sandbox' | 'postgres', number>
  seconds: number
}

const KINDS = ['worker', 'sandbox', 'postgres'] as const
/** A machine that vanishes is taken over within 30 s; after that everything must end. */
const SETTLE_WITHIN_MS = 90_000

/**
 * Runs executions on real workers, sandboxes and Postgres while it kills them (SIGKILL) at random, then checks every journal.
 * A Postgres backend that is killed makes the server end all connections and recover from its log.
 */
export async function runChaos({ kills, workers = 2, random = Math.random, log = () => {} }: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-chaos-'))
  await writeChaosPlugin(join(folder, 'plugins'))
  const postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') })
  const crew = new Crew(postgres.url, join(folder, 'plugins'))
  let runtime: Runtime | undefined
  try {
    await crew.hire(workers)
    runtime = await createRuntime({ role: 'gateway', databaseUrl: postgres.url, pluginRoots: [], onError: () => {} })
    const load = new Load(runtime)
    const done = { worker: 0, sandbox: 0, postgres: 0 }
    for (let i = 0; i < kills; i++) {
      await Promise.all([load.start(5), pause(150 + 500 * random())])
      const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'worker'
      while (!(await kill(kind, crew, runtime, random))) await pause(50) // none of its kind is there at the moment
      done[kind]++
      if ((i + 1) % 10 === 0) log(`${i + 1} kills, ${load.started.length} executions started`)
    }
    await settle(runtime, load.started)
    return { ...(await verify(runtime, load.ownerId, load.started)), kills: done, seconds: (performance.now() - began) / 1000 }
  } finally {
    crew.dismiss()
    await runtime?.close().catch(() => {})
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}

/** Worker processes; one that ends is replaced at once. */
class Crew {
  readonly members = new Set<ChildProcess>()
  readonly #args: string[]
  #isDismissed = false

  constructor(...args: string[]) {
    this.#args = args
  }

  async hire(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#hireOne()))
  }

  dismiss(): void {
    this.#isDismissed = true
    for (const member of this.members) member.kill('SIGKILL')
  }

  #hireOne(): Promise<void> {
    const member = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), this.#args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.members.add(member)
    return new Promise((resolve) => {
      member.once('message', () => resolve())
      member.once('exit', () => {
        this.members.delete(member)
        if (!this.#isDismissed) void this.#hireOne()
        resolve()
      })
    })
  }
}

/** Starts executions of three kinds, in turn; a start that the database refuses is not counted as one. */
class Load {
  readonly started: Started[] = []
  ownerId = ''
  readonly #runtime: Runtime
  #graphs: { kind: Started['kind']; graphId: string }[] = []

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async start(count: number): Promise<void> {
    if (this.#graphs.length === 0) await this.#prepare()
    for (let i = 0; i < count; i++) {
      const next = this.#graphs[this.started.length % this.#graphs.length]
      if (next) await this.#startOne(next.kind, next.graphId)
    }
  }

  async #prepare(): Promise<void> {
    const { accounts, graphs } = this.#runtime
    this.ownerId = (await accounts.ensureOwner()).id
    const documents: [Started['kind'], unknown][] = [
      ['pure', pureGraph()],
      ['once', effectGraph('once')],
      ['again', effectGraph('again')],
    ]
    for (const [kind, document] of documents)
      this.#graphs.push({ kind, graphId: (await graphs.create(this.ownerId, { name: kind, document })).id })
  }

  async #startOne(kind: Started['kind'], graphId: string): Promise<void> {
    const key = crypto.randomUUID()
    try {
      const { id } = await this.#runtime.executions.start(this.ownerId, { graphId, inputs: kind === 'pure' ? {} : { key } })
      this.started.push({ kind, id, key })
    } catch {
      await pause(50) // Postgres is recovering
    }
  }
}

async function kill(kind: (typeof KINDS)[number], { members }: Crew, runtime: Runtime, random: () => number): Promise<boolean> {
  const pick = <T>(all: T[]): T | undefined => all[Math.floor(random() * all.length)]
  const worker = pick([...members])
  if (kind === 'worker') return worker?.kill('SIGKILL') ?? false
  const pid = kind === 'sandbox' ? pick(await sandboxesOf(worker?.pid ?? 0)) : pick(await backends(runtime))
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL')
  } catch {
    return false // it has just ended by itself
  }
}

async function sandboxesOf(pid: number): Promise<number[]> {
  const children = await readText(`/proc/${pid}/task/${pid}/children`)
  const pids = children.split(' ').filter(Boolean).map(Number)
  const commands = await Promise.all(pids.map((child) => readText(`/proc/${child}/cmdline`)))
  return pids.filter((_, i) => commands[i]?.includes('sandbox'))
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

async function backends({ database }: Runtime): Promise<number[]> {
  const query = `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
  const { rows } = await database.pool.query<{ pid: number }>(query).catch(() => ({ rows: [] }))
  return rows.map(({ pid }) => pid)
}

async function settle({ database }: Runtime, started: Started[]): Promise<void> {
  const query = `select count(*)::int as left from execution where id = any($1) and status in ('QUEUED', 'RUNNING', 'WAITING')`
  for (const until = performance.now() + SETTLE_WITHIN_MS; performance.now() < until; await pause(200)) {
    const counted = await database.pool.query<{ left: number }>(query, [started.map(({ id }) => id)]).catch(() => undefined)
    if (counted?.rows[0]?.left === 0) return
  }
}
