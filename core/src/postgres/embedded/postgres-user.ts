import { execFile } from 'node:child_process'
import { chown, lchown, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AshlarError, messageOf } from '../../base/index.ts'
import { errorCode } from './process-facts.ts'

/** The system user that Postgres runs as when we are root, which Postgres refuses to be. */
export interface PostgresUser {
  uid: number
  gid: number
}

/** Runs a program and answers what it printed. */
type RunCommand = (program: string, args: readonly string[]) => Promise<string>

// Not `nobody`: whatever else runs as `nobody` could read the cluster and stop the server.
const NAME = 'postgres'

// shadow-utils (Debian, Fedora, …), then busybox (Alpine).
const RECIPES: readonly (readonly [string, ...string[]])[] = [
  ['groupadd', '--system', NAME],
  ['useradd', '--system', '--gid', NAME, '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/sbin/nologin', NAME],
  ['addgroup', '-S', NAME],
  ['adduser', '-S', '-D', '-H', '-G', NAME, '-s', '/sbin/nologin', NAME],
]

/**
 * The user to run the cluster in `dir` as: `undefined` (ourselves) unless we are root; then the owner of the cluster, or
 * for a new one the user `postgres`, made when the system has none.
 * @throws {AshlarError} DATABASE_FAILED when that user cannot be made.
 */
export async function clusterUser(dir: string, onNotice?: (message: string) => void): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  // Elsewhere the /proc path that lets Postgres into a folder below root's own does not exist (see postgres-process.ts).
  if (process.platform !== 'linux') throw failed('Postgres refuses to run as root')
  const owner = await ownerOf(dir)
  if (owner !== undefined && owner.uid !== 0) return owner
  const user = await postgresUser(runCommand, onNotice)
  // A copy that was made without keeping its owners.
  if (owner !== undefined) await giveTree(dir, user)
  return user
}

/**
 * Returns the system user `postgres`. An existing user is used as it is. Otherwise the user is created; two starts may do so at once,
 * so a program that fails does not matter if the user exists afterwards.
 *
 * @param onNotice receives a sentence when the user was created
 */
export async function postgresUser(run: RunCommand = runCommand, onNotice?: (message: string) => void): Promise<PostgresUser> {
  const existing = await lookUp(run)
  if (existing !== undefined) return existing
  const refusals: string[] = []
  for (const [program, ...args] of RECIPES) {
    await run(program, args).catch((error: unknown) => refusals.push(`${program}: ${messageOf(error).trim().split('\n').at(-1)}`))
    const made = await lookUp(run)
    if (made === undefined) continue
    onNotice?.(`Created the system user ${NAME}, because Postgres refuses to run as root.`)
    return made
  }
  throw failed(`Postgres refuses to run as root, and no user ${NAME} could be made (${refusals.join('; ')})`)
}

async function lookUp(run: RunCommand): Promise<PostgresUser | undefined> {
  try {
    return { uid: Number(await run('id', ['-u', NAME])), gid: Number(await run('id', ['-g', NAME])) }
  } catch {
    return undefined
  }
}

async function runCommand(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args)).stdout
}

async function ownerOf(dir: string): Promise<PostgresUser | undefined> {
  try {
    const { uid, gid } = await stat(dir)
    return { uid, gid }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function giveTree(dir: string, { uid, gid }: PostgresUser): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true })) await lchown(join(dir, entry), uid, gid)
  // Last, so that an interrupted run is taken up again.
  await chown(dir, uid, gid)
}

function failed(problem: string): AshlarError {
  return new AshlarError('DATABASE_FAILED', `${problem}: start Ashlar as an ordinary user, or set DATABASE_URL`)
}
