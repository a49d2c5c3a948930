import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/**
 * - `worker`, `sandbox`, `postgres`: kills a process (SIGKILL). If a Postgres backend is killed, the server ends all
 *   connections and recovers from its log.
 * - `lease`: stops a worker (SIGSTOP) under load for longer than its leases last, and then continues it.
 * - `owner`: gives executions of a worker to the next worker that fetches jobs, which may be the same one.
 * - `disk`: makes Postgres report a full disk for every row of the journal for some time.
 * - `read-only`: makes the database read-only for some time.
 */
const KINDS = ['worker', 'sandbox', 'postgres', 'lease', 'owner', 'disk', 'read-only'] as const
export type FaultKind = (typeof KINDS)[number]

interface FaultParts {
  databaseUrl: string
  members: ReadonlySet<ChildProcess>
  random(): number
}

const CANNOT_WRITE_MS = 1500
/** A lease lasts 10 s. Workers search for expired leases every 5 s. */
const STOPPED_MS = 18_000
const REPEAT_FOR_MS = 30_000

/** Causes faults of each kind in turn. Lasting faults overlap with the next ones. */
export class Faults {
  readonly caused = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>
  readonly #parts: FaultParts
  #next = 0
  /** At most one worker is stopped at a time. */
  #isStopped = false
  #lasting: Promise<void>[] = []

  constructor(parts: FaultParts) {
    this.#parts = parts
  }

  /** @returns false when the fault is not possible at the moment */
  async causeNext(): Promise<boolean> {
    const kind = KINDS[this.#next % KINDS.length] ?? 'worker'
    if (!(await this.#cause(kind))) return false
    this.#next++
    this.caused[kind]++
    return true
  }

  /** Resolves when all faults have ended. */
  async over(): Promise<void> {
    await Promise.all(this.#lasting)
  }

  async #cause(kind: FaultKind): Promise<boolean> {
    const worker = this.#pick([...this.#parts.members])
    switch (kind) {
      case 'worker':
        return worker?.kill('SIGKILL') ?? false
      case 'sandbox':
        return kill(this.#pick(await listSandboxes(worker?.pid ?? 0)))
      case 'postgres':
        return kill(this.#pick(await this.#backends()))
      case 'lease':
        return worker !== undefined && !this.#isStopped && this.#lasts(this.#stop(worker))
      case 'owner':
        return this.#giveAway()
      case 'disk':
        return this.#lasts(this.#cannotWrite(FILL_DISK, FREE_DISK))
      case 'read-only':
        return this.#lasts(this.#cannotWrite(READ_ONLY, WRITABLE))
    }
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#parts.random() * all.length)]
  }

  #lasts(fault: Promise<void>): boolean {
    this.#lasting.push(fault)
    return true
  }

  async #stop(worker: ChildProcess): Promise<void> {
    this.#isStopped = true
    worker.kill('SIGSTOP')
    await pause(STOPPED_MS)
    worker.kill('SIGCONT')
    this.#isStopped = false
  }

  async #giveAway(): Promise<boolean> {
    const rows = await this.#query(`
      with given as (
        update pgboss.job set state = 'retry'
        where id in (select id from pgboss.job where name = 'execution' and state = 'active' order by random() limit 3)
        returning id
      ) select id, pg_notify('ashlar_work', '') from given`)
    return rows.length > 0
  }

  async #cannotWrite(begin: string, end: string): Promise<void> {
    await this.#query(begin)
    await pause(CANNOT_WRITE_MS)
    await this.#query(end)
  }

  async #backends(): Promise<number[]> {
    const query = `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
    return (await this.#query(query)).map(({ pid }) => Number(pid))
  }

  /** Retries while Postgres recovers. */
  async #query(text: string): Promise<Record<string, unknown>[]> {
    for (const until = performance.now() + REPEAT_FOR_MS; ; await pause(100)) {
      try {
        return await queryOnce(this.#parts.databaseUrl, text)
      } catch (error) {
        if (performance.now() > until) throw error
      }
    }
  }
}

const FILL_DISK = `
  create or replace function disk_full() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
  end $$;
  create or replace trigger disk_full before insert on journal for each row execute function disk_full()`
const FREE_DISK = 'drop trigger if exists disk_full on journal'
/** A connection reads the setting when it opens. */
const END_CONNECTIONS = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
const READ_ONLY = `do $$ begin
  execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$; ${END_CONNECTIONS}`
const WRITABLE = `do $$ begin
  execute format('alter database %I reset default_transaction_read_only', current_database()); end $$; ${END_CONNECTIONS}`

async function queryOnce(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString, options: '-c default_transaction_read_only=off' })
  client.on('error', () => {}) // the query also fails
  try {
    await client.connect()
    const result: unknown = await client.query(text)
    return result instanceof pg.Result ? (result.rows as Record<string, unknown>[]) : []
  } finally {
    await client.end().catch(() => {}) // the connection may be broken
  }
}

function kill(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL')
  } catch {
    return false // the process has already ended
  }
}

async function listSandboxes(pid: number): Promise<number[]> {
  const children = await readText(`/proc/${pid}/task/${pid}/children`)
  const pids = children.split(' ').filter(Boolean).map(Number)
  const commands = await Promise.all(pids.map((child) => readText(`/proc/${child}/cmdline`)))
  return pids.filter((_, i) => commands[i]?.includes('sandbox'))
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
