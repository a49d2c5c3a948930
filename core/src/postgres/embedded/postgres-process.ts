import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AshlarError } from '../../base/index.ts'
import { readIfThere } from './data-dir-lock.ts'
import { postgresEnv, whyNotSpawned } from './postgres-binaries.ts'
import { commandOf, isRunning } from './process-facts.ts'
import type { PostgresLog } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

/** A program of Postgres at work on one folder. */
export interface PostgresProgram {
  pid: number
  /** How it ended. Never rejects. */
  exited: Promise<{ how: string; ok: boolean }>
  /** Does nothing when it has ended, also when its pid has become another process's. */
  kill(signal: NodeJS.Signals): void
}

/** How long a fast shutdown may take before Postgres is told to stop without a checkpoint, which its next start makes up for. */
const PATIENCE_MS = 8_000
const LEFTOVER_PATIENCE_MS = 10_000
const POLL_MS = 10

/**
 * Starts a program of Postgres in `dir`, in a process group of its own: the terminal's Ctrl-C must not reach it, we stop
 * it when everything that needs it has stopped.
 * @throws {AshlarError} DATABASE_FAILED when it cannot be started at all.
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
  const exited = new Promise<{ how: string; ok: boolean }>((done) => {
    child.once('exit', (code, signal) => done({ how: signal === null ? `code ${code}` : signal, ok: code === 0 }))
  })
  return { pid: await pidOf(child), exited, kill: (signal) => child.kill(signal) }
}

/**
 * What to call `dir`, which must be the working directory, on the command line of a program that runs as `user`.
 *
 * The data directory is root's (mode 0700) when root runs us, and so may any folder above it be: Postgres could not enter
 * its own cluster by name. But a process starts in its working directory as root, before it becomes `user`, and from then
 * on Linux lets it in by `/proc/self/cwd` whatever lies above. Postgres makes its data directory its working directory
 * and stays there, so the name stays true for it and for all its children.
 */
export function nameForPostgres(dir: string, user: PostgresUser | undefined): string {
  return user === undefined ? dir : '/proc/self/cwd'
}

/** Waits until the server accepts connections. False when it ended before. */
export async function becomesReady(dir: string, server: PostgresProgram, onNotice: (message: string) => void): Promise<boolean> {
  let ended = false
  void server.exited.then(() => (ended = true))
  // A server that recovers from a crash may need minutes: it is told, and not given up.
  const notice = setInterval(() => onNotice('Postgres is still starting (after a crash it first reads its log).'), 10_000)
  try {
    while (!ended) {
      const file = await pidFile(dir)
      if (file?.pid === server.pid && file.state === 'ready') return true
      await pause(POLL_MS)
    }
    return false
  } finally {
    clearInterval(notice)
  }
}

/** Stops the server: a fast shutdown (SIGINT), and SIGQUIT when that takes more than eight seconds. */
export async function stopServer(server: PostgresProgram, patienceMs = PATIENCE_MS): Promise<void> {
  const impatience = setTimeout(() => server.kill('SIGQUIT'), patienceMs)
  tellToStop(server)
  await server.exited
  clearTimeout(impatience)
}

/** Asks for a fast shutdown and does not wait. */
export function tellToStop(server: PostgresProgram): void {
  // Windows has no signals: there this ends the process at once, and the next start recovers.
  server.kill('SIGINT')
}

/**
 * Stops a server that a killed run left on this cluster. Whoever calls holds the data directory, so nobody else can
 * rightfully use it. A pid file of a server that is gone is left to Postgres, except where the pid is now another
 * program's: Postgres would take that for a running server and refuse to start.
 * @throws {AshlarError} DATABASE_FAILED when the server does not stop.
 */
export async function stopLeftover(dir: string, onNotice: (message: string) => void): Promise<void> {
  const file = await pidFile(dir)
  if (file === undefined || !isRunning(file.pid)) return
  const { pid } = file
  const command = commandOf(pid)
  if (command === '') return
  if (!isServer(command, file.port)) return rm(join(dir, PID_FILE), { force: true })
  onNotice(`Stopping the Postgres (process ${pid}) that an earlier run left behind.`)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), 2 * LEFTOVER_PATIENCE_MS)
  await stopServer(strangeProgram(pid, deadline.signal), LEFTOVER_PATIENCE_MS)
  clearTimeout(timer)
  if (deadline.signal.aborted) {
    throw new AshlarError(
      'DATABASE_FAILED',
      `the Postgres (process ${pid}) that an earlier run left behind does not stop: end it by hand`,
    )
  }
}

async function pidOf(child: ChildProcess): Promise<number> {
  try {
    await once(child, 'spawn')
    if (child.pid !== undefined) return child.pid
  } catch (error) {
    throw new AshlarError('DATABASE_FAILED', `the embedded Postgres cannot be run: ${whyNotSpawned(error)}`, { cause: error })
  }
  throw new AshlarError('DATABASE_FAILED', 'the embedded Postgres cannot be run')
}

const PID_FILE = 'postmaster.pid'

/** Lines 1, 4 and 8 of the server's pid file: the lines are described in PostgreSQL's `src/include/utils/pidfile.h`. */
async function pidFile(dir: string): Promise<{ pid: number; port: string; state: string } | undefined> {
  const lines = (await readIfThere(join(dir, PID_FILE)))?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: lines[3] ?? '', state: lines[7]?.trim() ?? '' }
}

/** Whether the command is the server that wrote the pid file, and not a later process with the same pid. */
function isServer(command: string, port: string): boolean {
  return /^\d+$/.test(port) && new RegExp(`postgres(\\.exe)? .*-p ${port}( |$)`).test(command)
}

/** A process that is not our child: whether it has ended can only be asked. After `giveUp` it counts as ended. */
function strangeProgram(pid: number, giveUp: AbortSignal): PostgresProgram {
  const ended = async (): Promise<{ how: string; ok: boolean }> => {
    while (isRunning(pid) && !giveUp.aborted) await pause(POLL_MS)
    return { how: 'unknown', ok: true }
  }
  return {
    pid,
    exited: ended(),
    kill: (signal) => {
      if (isRunning(pid)) process.kill(pid, signal)
    },
  }
}
