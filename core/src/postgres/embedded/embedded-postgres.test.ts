import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgresServer } from './embedded-postgres.ts'
import { isRunning } from './process-facts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const isRoot = process.getuid?.() === 0
let root: string
let template: string
let dir: string
let count = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-postgres-'))
  template = join(root, 'template')
  await mkdir(template)
  await (await startEmbeddedPostgres({ dir: join(template, 'postgres') })).stop()
})
afterAll(() => rm(root, { recursive: true }))

/** Returns a copy of a stopped cluster. */
beforeEach(async () => {
  const folder = join(root, `folder-${count++}`)
  await mkdir(folder, { mode: 0o700 })
  dir = join(folder, 'postgres')
  await cp(join(template, 'postgres'), dir, { recursive: true })
  await cp(join(template, 'postgres.password'), `${dir}.password`)
})

describe('startEmbeddedPostgres', () => {
  it('creates a cluster, its password file and the database', async () => {
    dir = `${dir}-new`
    const notices: string[] = []
    const server = await startEmbeddedPostgres({ dir, onNotice: (message) => notices.push(message) })
    expect(server.url).toMatch(/^postgres:\/\/postgres:[\w-]{32}@127\.0\.0\.1:\d+\/ashlar$/)
    expect(server.adminUrl).toBe(server.url.replace(/ashlar$/, 'postgres'))
    expect(await rowsOf(server, 'SELECT current_database() AS name, lower($1) AS lower', ['É'])).toEqual([
      { name: 'ashlar', lower: 'é' },
    ])
    await server.stop()
    expect(notices).toEqual(['Creating a new Postgres database cluster.'])
    expect((await readdir(join(dir, '..'))).filter((name) => name.startsWith('postgres-new')).toSorted()).toEqual([
      'postgres-new',
      'postgres-new.log',
      'postgres-new.password',
    ])
    for (const file of [`${dir}.password`, `${dir}.log`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('listens only on the loopback address, requires the password, and writes durably', async () => {
    const server = await startEmbeddedPostgres({ dir })
    const names = [
      'listen_addresses',
      'unix_socket_directories',
      'password_encryption',
      'fsync',
      'full_page_writes',
      'synchronous_commit',
    ]
    const settings = await rowsOf(server, `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`)
    expect(settings).toEqual([
      {
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        password_encryption: 'scram-sha-256',
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
      },
    ])
    await expect(new Client(server.url.replace(/:[^:@]+@/, ':wrong@')).connect()).rejects.toMatchObject({ code: '28P01' })
    await server.stop()
  })

  it('keeps the data across a restart', async () => {
    const first = await startEmbeddedPostgres({ dir })
    await rowsOf(first, 'CREATE TABLE kept AS SELECT 7 AS value')
    await Promise.all([first.stop(), first.stop()])
    await first.stop()

    const second = await startEmbeddedPostgres({ dir })
    expect(await rowsOf(second, 'SELECT value FROM kept')).toEqual([{ value: 7 }])
    await second.stop()
  })

  it('stops while a client holds a transaction open', async () => {
    const server = await startEmbeddedPostgres({ dir })
    const client = new Client(server.url)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('BEGIN')
    const closed = new Promise<void>((done) => client.once('end', done))
    await server.stop()
    await closed
  })

  it('repeats an interrupted initdb', async () => {
    dir = `${dir}-new`
    const unfinished = `${dir}.init-000000000000`
    await mkdir(join(unfinished, 'cluster'), { recursive: true })
    await writeFile(join(unfinished, 'cluster', 'PG_VERSION'), '18')
    const server = await startEmbeddedPostgres({ dir })
    await server.stop()
    await expect(stat(unfinished)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('truncates a log of more than ten megabytes', async () => {
    await writeFile(`${dir}.log`, 'x'.repeat(10_000_001))
    await (await startEmbeddedPostgres({ dir })).stop()
    expect((await stat(`${dir}.log`)).size).toBeLessThan(100_000)
  })
})

describe('a Postgres that fails', () => {
  it('reports the last lines of its log, without folder names', async () => {
    await appendFile(join(dir, 'postgresql.conf'), 'nonsense = 1\n')
    const failure: unknown = await startEmbeddedPostgres({ dir }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('unrecognized configuration parameter "nonsense" in file "postgresql.conf"'),
    })
    expect(String(failure)).not.toContain(root)
  })

  it('rejects a cluster without its password file', async () => {
    await rm(`${dir}.password`)
    await expect(startEmbeddedPostgres({ dir })).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('the file "postgres.password" with the password of the database is missing'),
    })
  })

  it('stops the server if the password is wrong', async () => {
    await writeFile(`${dir}.password`, 'wrong')
    await expect(startEmbeddedPostgres({ dir })).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('password authentication failed'),
    })
    await expect(stat(join(dir, 'postmaster.pid'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('reports an unexpected exit and can be started again', async () => {
    const exited = Promise.withResolvers<string>()
    const server = await startEmbeddedPostgres({ dir, onExit: exited.resolve })
    await rowsOf(server, 'CREATE TABLE kept AS SELECT 7 AS value')
    process.kill(await serverPid(), 'SIGKILL')
    expect(await exited.promise).toMatch(/^Postgres exited with SIGKILL: .*database system is ready to accept connections/s)
    await server.stop()

    const next = await startEmbeddedPostgres({ dir })
    expect(await rowsOf(next, 'SELECT value FROM kept')).toEqual([{ value: 7 }])
    await next.stop()
  })

  it('does not report a stop as an exit', async () => {
    const onExit = vi.fn<(reason: string) => void>()
    await (await startEmbeddedPostgres({ dir, onExit })).stop()
    expect(onExit).not.toHaveBeenCalled()
  })
})

describe('a Postgres from an earlier run', () => {
  it('is stopped if its program was killed, and the data is kept', async () => {
    const child = startChild('', 'await write()')
    await says(child, 'started')
    const pid = await serverPid()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isRunning(pid)).toBe(true)

    const notices: string[] = []
    const server = await startEmbeddedPostgres({ dir, onNotice: (message) => notices.push(message) })
    expect(isRunning(pid)).toBe(false)
    expect(notices).toEqual([`Stopping the Postgres (process ${pid}) of an earlier run.`])
    expect(await rowsOf(server, 'SELECT value FROM kept')).toEqual([{ value: 7 }])
    await server.stop()
  })

  it('is stopped when its program exits without `stop()`', async () => {
    const child = startChild(`process.on('SIGUSR2', () => process.exit(3))`, '')
    await says(child, 'started')
    const pid = await serverPid()
    child.kill('SIGUSR2')
    await once(child, 'exit')
    expect(child.exitCode).toBe(3)
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  it('may have left the pid file of a process that has ended', async () => {
    await writeFile(join(dir, 'postmaster.pid'), pidFile(4_000_000))
    await (await startEmbeddedPostgres({ dir })).stop()
  })

  it('may have left a pid file whose pid belongs to another program', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    await once(stranger, 'spawn')
    await writeFile(join(dir, 'postmaster.pid'), pidFile(stranger.pid ?? 0))
    await (await startEmbeddedPostgres({ dir })).stop()
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    stranger.kill('SIGKILL')
    await once(stranger, 'exit')
  })
})

describe('signals', () => {
  it('from Ctrl-C in the terminal do not reach Postgres', async () => {
    const child = startChild(
      `process.on('SIGINT', async () => { await write(); console.log('written'); await server.stop(); process.exit(7) })`,
      '',
    )
    await says(child, 'started')
    // A terminal sends the signal to the process group of the program.
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await says(child, 'written')
    await once(child, 'exit')
    expect(child.exitCode).toBe(7)
  })
})

describe.runIf(isRoot)('as root', () => {
  it('runs the cluster as another user, below a folder that only root can access', async () => {
    await chmod(root, 0o700)
    dir = `${dir}-new`
    const server = await startEmbeddedPostgres({ dir })
    expect(await rowsOf(server, `SELECT current_setting('data_directory') AS dir`)).toEqual([{ dir: '/proc/self/cwd' }])
    expect((await stat(dir)).uid).not.toBe(0)
    // A parallel worker, a checkpoint and a reload of the configuration also work.
    await rowsOf(server, `SET debug_parallel_query = on; SELECT count(*) FROM pg_class; CHECKPOINT; SELECT pg_reload_conf()`)
    await server.stop()
  })

  it('runs an existing cluster as its owner', async () => {
    await chown(dir, 65534, 65534)
    for (const entry of await readdir(dir, { recursive: true })) await chown(join(dir, entry), 65534, 65534)
    const server = await startEmbeddedPostgres({ dir })
    expect((await stat(`/proc/${await serverPid()}`)).uid).toBe(65534)
    await server.stop()
  })

  it('changes the owner of a cluster that root owns', async () => {
    expect((await stat(dir)).uid).toBe(0)
    const server = await startEmbeddedPostgres({ dir })
    expect((await stat(join(dir, 'PG_VERSION'))).uid).not.toBe(0)
    await server.stop()
  })
})

async function rowsOf(server: EmbeddedPostgresServer, query: string, values?: unknown[]): Promise<unknown[]> {
  const client = new Client(server.url)
  await client.connect()
  try {
    return (await client.query(query, values)).rows
  } finally {
    await client.end()
  }
}

async function serverPid(): Promise<number> {
  return Number((await readFile(join(dir, 'postmaster.pid'), 'utf8')).split('\n')[0])
}

/**
 * Returns a pid file in the format of Postgres: pid, folder, start, port, socket folder, address, shared memory, state.
 */
function pidFile(pid: number): string {
  return `${pid}\n${dir}\n1700000000\n5432\n\n127.0.0.1\n  1234567         1\nready   \n`
}

/** Starts a program in its own process group that starts Postgres on `dir`, prints `started` and keeps running. */
function startChild(before: string, after: string): ChildProcess {
  const module = new URL('./embedded-postgres.ts', import.meta.url).href
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)}
    import { createRequire } from 'node:module'
    const { Client } = createRequire(${JSON.stringify(module)})('pg')
    const write = async () => {
      const client = new Client(server.url)
      await client.connect()
      await client.query('CREATE TABLE kept AS SELECT 7 AS value')
      await client.end()
    }
    ${before}
    const server = await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)} })
    ${after}
    console.log('started')`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
}

async function says(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) if (String(chunk).includes(word)) return
  throw new Error(`the child ended before it printed ${word}`)
}
