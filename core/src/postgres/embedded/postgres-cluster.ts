import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AshlarError } from '../../base/index.ts'
import { readFileIfExists, replaceFile } from './data-dir-lock.ts'
import { nameForPostgres, startProgram } from './postgres-process.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { PostgresLog } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

interface InitOptions {
  /** The folder of the cluster. `<dir>.password` next to it contains the password of the database user `postgres`. */
  dir: string
  user: PostgresUser | undefined
  binaries: PostgresBinaries
  log: PostgresLog
  onNotice: (message: string) => void
}

// The built-in locale C.UTF-8 of Postgres. Sorting and letter case are then the same on every machine, and an index
// does not become invalid when a system library changes its rules.
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

/**
 * Creates the cluster if it does not exist. Returns the password of its user `postgres`.
 * @throws {AshlarError} DATABASE_FAILED when initdb fails, or the password file is missing.
 */
export async function ensureCluster(options: InitOptions): Promise<string> {
  const { dir } = options
  const passwordFile = `${dir}.password`
  await removeUnfinished(dir)
  if ((await readFileIfExists(join(dir, 'PG_VERSION'))) === undefined) {
    options.onNotice('Creating a new Postgres database cluster.')
    const password = randomBytes(24).toString('base64url')
    await replaceFile(passwordFile, password)
    await initCluster(options, password)
    return password
  }
  const password = (await readFileIfExists(passwordFile))?.trim()
  if (password) return password
  throw new AshlarError(
    'DATABASE_FAILED',
    `the file "${basename(passwordFile)}" with the password of the database is missing: restore it next to the folder "${basename(dir)}", or remove that folder to start with an empty database`,
  )
}

/**
 * Creates the cluster under a temporary name and then renames it, so that a folder `dir` is always a complete cluster.
 */
async function initCluster({ dir, user, binaries, log }: InitOptions, password: string): Promise<void> {
  const workplace = `${dir}${UNFINISHED}${randomBytes(6).toString('hex')}`
  const cluster = join(workplace, 'cluster')
  await mkdir(cluster, { recursive: true, mode: 0o700 })
  await writeFile(join(workplace, 'password'), password, { mode: 0o600 })
  if (user !== undefined) {
    for (const path of [workplace, cluster, join(workplace, 'password')]) await chown(path, user.uid, user.gid)
  }
  const args = [
    `--pgdata=${nameForPostgres(cluster, user)}`,
    '--username=postgres',
    '--pwfile=../password',
    '--auth=scram-sha-256',
  ]
  const initdb = await startProgram(binaries.initdb, [...args, '--no-instructions', ...LOCALE], { dir: cluster, user, log })
  const { ok, status } = await initdb.exited
  if (!ok) {
    const cause = await log.tail()
    await rm(workplace, { recursive: true, force: true })
    throw new AshlarError('DATABASE_FAILED', `initdb exited with ${status}: ${cause}`)
  }
  await rename(cluster, dir)
  await syncFolder(dirname(dir))
  await rm(workplace, { recursive: true, force: true })
}

const UNFINISHED = '.init-'

async function removeUnfinished(dir: string): Promise<void> {
  const names = await readdir(dirname(dir))
  for (const name of names.filter((entry) => entry.startsWith(`${basename(dir)}${UNFINISHED}`))) {
    await rm(join(dirname(dir), name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Without this, a power failure could undo the rename and lose the cluster with all its data. */
async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
