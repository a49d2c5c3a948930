import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRuntime, type Runtime } from '@ashlar/core'
import { startEmbeddedPostgres } from '@ashlar/core/testing'
import { Faults, type FaultKind } from './faults.ts'
import { effectGraph, pureGraph, writeChaosPlugin } from './plugin.ts'
import { verify, type Started, type Verdict } from './verify.ts'

interface ChaosOptions {
  /** The number of faults. The kinds take turns. @default no limit */
  faults?: number
  /** The time after which no more faults are caused. @default no limit */
  minutes?: number
  workers?: number
  /** Returns numbers between 0 and 1. The same numbers lead to the same choices, but not to the same timing. */
  random?: () => number
  log?: (line: string) => void
}

interface ChaosResult extends Verdict {
  caused: Record<FaultKind, number>
  seconds: number
}

/** Another worker takes over from a lost worker within 30 s. After that, every execution must end. */
const SETTLE_WITHIN_MS = 90_000

/**
 * Runs executions on real workers, sandboxes and Postgres, and causes faults (see `faults.ts`). Then checks every
 * journal.
 */
export async function runChaos({
  faults = Infinity,
  minutes = Infinity,
  workers = 2,
  random = Math.random,
  log = () => {},
}: ChaosOptions): Promise<ChaosResult> {
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
    const causes = new Faults({ databaseUrl: postgres.url, members: crew.members, random })
    for (let i = 0; i < faults && performance.now() - began < minutes * 60_000; i++) {
      await Promise.all([load.start(5), pause(150 + 500 * random())])
      while (!(await causes.causeNext())) await Promise.all([load.start(1), pause(100)])
      if ((i + 1) % 10 === 0) log(`${i + 1} faults, ${load.started.length} executions started`)
    }
    await causes.over()
    await settle(runtime, load.started)
    const { caused } = causes
    return { ...(await verify(runtime, load.ownerId, load.started)), caused, seconds: (performance.now() - began) / 1000 }
  } finally {
    crew.dismiss()
    await runtime?.close().catch(() => {})
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}

/** Worker processes. A process that ends is replaced immediately. */
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

/** Starts executions of three kinds in turn. A start that the database rejects does not count. */
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
    const { users, graphs } = this.#runtime
    this.ownerId = (await users.ensureOwner()).id
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
      await pause(50) // the database cannot write or is recovering
    }
  }
}

async function settle({ database }: Runtime, started: Started[]): Promise<void> {
  const query = `select count(*)::int as left from execution where id = any($1) and status in ('QUEUED', 'RUNNING', 'WAITING')`
  for (const until = performance.now() + SETTLE_WITHIN_MS; performance.now() < until; await pause(200)) {
    const counted = await database.pool.query<{ left: number }>(query, [started.map(({ id }) => id)]).catch(() => undefined)
    if (counted?.rows[0]?.left === 0) return
  }
}
