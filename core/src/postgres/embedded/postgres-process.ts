import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AshlarError } from '../../base/index.ts'
import { readFileIfExists } from './data-dir-lock.ts'
import { postgresEnv, describeSpawnFailure } from './postgres-binaries.ts'
import { readCommand, isRunning } from './process-facts.ts'
import type { PostgresLog } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

/** A running Postgres program, on one folder. */
export interface PostgresProgram {
  pid: number
  /** Resolves when the program ends. Never rejects. */
  exited: Promise<{ status: string; ok: boolean }>
  /** Does nothing after the program has ended, even if another process has its pid. */
  kill(signal: NodeJS.Signals): void
}

/** Time for a fast shutdown. After it, Postgres stops without a checkpoint and recovers at the next start. */
const STOP_TIMEOUT_MS = 8_000
const LEFTOVER_TIMEOUT_MS = 10_000
const POLL_MS = 10

/**
 * Starts a Postgres program in `dir`, in its own process group, so that Ctrl-C in the terminal does not reach it.
 * Ashlar stops it after everything that uses it.
 * @throws {AshlarError} DATABASE_FAILED when the program cannot be started.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  { dir, user, log }: { dir: string; user: PostgresUser | undefined; log: PostgresLog },
): Promise<PostgresProgram> {
  const child = spawn(program, args, {
    cwd: dir,
    ...user,
    env: postgresEnv(),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
    windowsHide: true,
  })
  const exited = new Promise<{ status: string; ok: boolean }>((done) => {
    child.once('exit', (code, signal) => done({ status: signal === null ? `code ${code}` : signal, ok: code === 0 }))
  })
  return { pid: await waitForPid(child), exited, kill: (signal) => child.kill(signal) }
}

/**
 * Returns the name of `dir` for the command line of a program that runs as `user`. `dir` must be the working directory
 * of the program.
 *
 * If Ashlar runs as root, the data directory and its parents may be accessible only to root (mode 0700), so Postgres
 * cannot open its cluster by path. A process enters its working directory as root, before it becomes `user`. Afterwards
 * Linux allows access through `/proc/self/cwd`, regardless of the parents. Postgres uses its data directory as the
 * working directory, so this name also works for its child processes.
 */
export function nameForPostgres(dir: string, user: PostgresUser | undefined): string {
  return user === undefined ? dir : '/proc/self/cwd'
}

/** Waits until the server accepts connections. @returns false if the server ends first */
export async function waitUntilReady(
  dir: string,
  server: PostgresProgram,
  onNotice: (message: string) => void,
): Promise<boolean> {
  let ended = false
  void server.exited.then(() => (ended = true))
  // Recovery after a crash may take minutes. The operator is informed, and the start continues.
  const notice = setInterval(() => onNotice('Postgres is still starting (after a crash it first recovers from its log).'), 10_000)
  try {
    while (!ended) {
      const file = await readPidFile(dir)
      if (file?.pid === server.pid && file.state === 'ready') return true
      await pause(POLL_MS)
    }
    return false
  } finally {
    clearInterval(notice)
  }
}

/** Stops the server by a fast shutdown (SIGINT), or by SIGQUIT after a timeout. */
export async function stopServer(server: PostgresProgram, timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
  const timer = setTimeout(() => server.kill('SIGQUIT'), timeoutMs)
  requestStop(server)
  await server.exited
  clearTimeout(timer)
}

/** Requests a fast shutdown and does not wait. */
export function requestStop(server: PostgresProgram): void {
  // Windows has no signals. There, this ends the process immediately, and the next start recovers.
  server.kill('SIGINT')
}

/**
 * Stops a server of a killed run on this cluster. The caller holds the lock of the data directory, so no other process
 * uses the cluster. Postgres removes the pid file of a server that has ended, except if the pid belongs to another
 * program: Postgres would then assume that the server is running. In this case, this function removes the file.
 * @throws {AshlarError} DATABASE_FAILED when the server does not stop.
 */
export async function stopLeftover(dir: string, onNotice: (message: string) => void): Promise<void> {
  const file = await readPidFile(dir)
  if (file === undefined || !isRunning(file.pid)) return
  const { pid } = file
  const command = readCommand(pid)
  if (command === '') return
  if (!isServer(command, file.port)) return rm(join(dir, PID_FILE), { force: true })
  onNotice(`Stopping the Postgres (process ${pid}) of an earlier run.`)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), 2 * LEFTOVER_TIMEOUT_MS)
  await stopServer(observeProgram(pid, deadline.signal), LEFTOVER_TIMEOUT_MS)
  clearTimeout(timer)
  if (deadline.signal.aborted) {
    throw new AshlarError('DATABASE_FAILED', `Postgres from an earlier run (process ${pid}) does not stop: kill the process`)
  }
}

async function waitForPid(child: ChildProcess): Promise<number> {
  try {
    await once(child, 'spawn')
    if (child.pid !== undefined) return child.pid
  } catch (error) {
    throw new AshlarError('DATABASE_FAILED', `the embedded Postgres cannot be started: ${describeSpawnFailure(error)}`, {
      cause: error,
    })
  }
  throw new AshlarError('DATABASE_FAILED', 'the embedded Postgres cannot be started')
}

const PID_FILE = 'postmaster.pid'

/** Reads lines 1, 4 and 8 of the server's pid file. Source: PostgreSQL, `src/include/utils/pidfile.h`. */
async function readPidFile(dir: string): Promise<{ pid: number; port: string; state: string } | undefined> {
  const lines = (await readFileIfExists(join(dir, PID_FILE)))?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: lines[3] ?? '', state: lines[7]?.trim() ?? '' }
}

/**
 * Whether the command belongs to the server that wrote the pid file, rather than to a later process with the same pid.
 */
function isServer(command: string, port: string): boolean {
  return /^\d+$/.test(port) && new RegExp(`postgres(\\.exe)? .*-p ${port}( |$)`).test(command)
}

/**
 * Represents a process that is not a child of this one, so its end has to be polled. After `giveUp` the process counts
 * as ended.
 */
function observeProgram(pid: number, giveUp: AbortSignal): PostgresProgram {
  const ended = async (): Promise<{ status: string; ok: boolean }> => {
    while (isRunning(pid) && !giveUp.aborted) await pause(POLL_MS)
    return { status: 'unknown', ok: true }
  }
  return {
    pid,
    exited: ended(),
    kill: (signal) => {
      if (isRunning(pid)) process.kill(pid, signal)
    },
  }
}
