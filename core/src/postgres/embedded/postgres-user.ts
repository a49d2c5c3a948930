import { execFile } from 'node:child_process'
import { chown, lchown, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AshlarError, errorMessage } from '../../base/index.ts'
import { errorCode } from './process-facts.ts'

/** The system user of Postgres if Ashlar runs as root, because Postgres refuses to run as root. */
export interface PostgresUser {
  uid: number
  gid: number
}

/** Runs a program and returns its output. */
type RunCommand = (program: string, args: readonly string[]) => Promise<string>

// Not a shared system user, whose other programs could read the cluster and stop the server.
const NAME = 'postgres'

// shadow-utils (Debian, Fedora, …), then busybox (Alpine).
const RECIPES: readonly (readonly [string, ...string[]])[] = [
  ['groupadd', '--system', NAME],
  ['useradd', '--system', '--gid', NAME, '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/sbin/nologin', NAME],
  ['addgroup', '-S', NAME],
  ['adduser', '-S', '-D', '-H', '-G', NAME, '-s', '/sbin/nologin', NAME],
]

/**
 * Returns the user for the cluster in `dir`. It is `undefined`, the current user, unless Ashlar runs as root. As root,
 * it is the owner of the cluster or, for a new cluster, the user `postgres`, which is created if it does not exist.
 * @throws {AshlarError} DATABASE_FAILED when the user cannot be created.
 */
export async function findClusterUser(dir: string, onNotice?: (message: string) => void): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  // Other systems do not have the /proc path by which Postgres accesses a folder of root (see postgres-process.ts).
  if (process.platform !== 'linux') throw failed('Postgres refuses to run as root')
  const owner = await findOwner(dir)
  if (owner !== undefined && owner.uid !== 0) return owner
  const user = await ensurePostgresUser(runCommand, onNotice)
  // The cluster is a copy that has lost its owner.
  if (owner !== undefined) await changeOwner(dir, user)
  return user
}

/**
 * Returns the system user `postgres`. An existing user is used as it is. Otherwise the user is created; two processes
 * may do so concurrently, so the failure of a program does not matter if the user exists afterwards.
 *
 * @param onNotice receives a sentence when the user was created
 */
export async function ensurePostgresUser(
  run: RunCommand = runCommand,
  onNotice?: (message: string) => void,
): Promise<PostgresUser> {
  const existing = await findUser(run)
  if (existing !== undefined) return existing
  const refusals: string[] = []
  for (const [program, ...args] of RECIPES) {
    await run(program, args).catch((error: unknown) =>
      refusals.push(`${program}: ${errorMessage(error).trim().split('\n').at(-1)}`),
    )
    const created = await findUser(run)
    if (created === undefined) continue
    onNotice?.(`Created the system user ${NAME}, because Postgres refuses to run as root.`)
    return created
  }
  throw failed(`Postgres refuses to run as root, and the user ${NAME} could not be created (${refusals.join('; ')})`)
}

async function findUser(run: RunCommand): Promise<PostgresUser | undefined> {
  try {
    return { uid: Number(await run('id', ['-u', NAME])), gid: Number(await run('id', ['-g', NAME])) }
  } catch {
    return undefined
  }
}

async function runCommand(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout
}

async function findOwner(dir: string): Promise<PostgresUser | undefined> {
  try {
    const { uid, gid } = await stat(dir)
    return { uid, gid }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function changeOwner(dir: string, { uid, gid }: PostgresUser): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true })) await lchown(join(dir, entry), uid, gid)
  // The folder comes last, so that an interrupted change is repeated.
  await chown(dir, uid, gid)
}

function failed(problem: string): AshlarError {
  return new AshlarError('DATABASE_FAILED', `${problem}: start Ashlar as an ordinary user, or set DATABASE_URL`)
}
