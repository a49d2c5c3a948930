import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { AshlarError, messageOf, showValue } from '../../base/index.ts'
import { acquireLock, lockHolder, readIfThere, replaceFile, type Lock, type LockRecord } from './data-dir-lock.ts'
import { errorCode } from './process-facts.ts'

/** A data directory that this process holds. All paths are absolute. */
export interface DataDir {
  readonly path: string
  /** Where the embedded Postgres keeps its cluster; not made yet when the directory is new. */
  readonly postgresDir: string
  readonly ownerKeyFile: string
  /** Tells other processes where the server answers, see {@link findServer}. */
  setServer(url: string): Promise<void>
  /** Gives the directory back. Idempotent; a process that ends without it leaves a lock that the next one takes over. */
  release(): Promise<void>
}

const MARKER = 'ashlar.json'
const LOCK = 'lock'
const FORMAT = 1
/** That of a fresh file system, and the files of executions: a worker that runs apart makes their folder and not this one. */
const NOT_FOREIGN = ['lost+found', 'files']

/**
 * Opens the data directory for this process alone, and makes it (mode 0700, with its parents) when it is missing.
 * A directory is ours when it holds `ashlar.json`, `{ "format": 1 }`; an empty one becomes ours.
 * @throws {AshlarError} DATA_DIR_IN_USE when a living process holds it, `details: { pid, url? }`.
 * @throws {AshlarError} DATA_DIR_UNUSABLE when it cannot be made or written, or holds something else.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = resolve(path)
  const lock = await explained(path, async () => {
    await makeFolder(dir)
    await claimFolder(path, dir)
    return lockFolder(path, dir)
  })
  return {
    path: dir,
    postgresDir: join(dir, 'postgres'),
    ownerKeyFile: join(dir, 'owner-key'),
    setServer: (url) => lock.setUrl(url),
    release: () => lock.release(),
  }
}

/** Where a data directory keeps the key that seals credentials: also workers read it, which do not hold the directory. */
export function secretKeyFile(dataDir: string): string {
  return join(resolve(dataDir), 'secret-key')
}

/** The url of the server that runs on this data directory; `undefined` when none runs, or none has told its url yet. */
export async function findServer(path: string): Promise<string | undefined> {
  const holder = await explained(path, () => lockHolder(join(resolve(path), LOCK)))
  return holder?.url
}

/** Like `mkdir -p`. Not Node's `recursive`, which spins for ever where the system says ENOENT in a folder that exists (`/proc`). */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    if (errorCode(error) !== 'ENOENT' || dirname(dir) === dir) throw error
    await makeFolder(dirname(dir))
    await mkdir(dir, { mode: 0o700 })
  }
}

async function lockFolder(path: string, dir: string): Promise<Lock> {
  const taken = await acquireLock(join(dir, LOCK))
  if ('lock' in taken) return taken.lock
  throw inUse(path, taken.holder)
}

async function claimFolder(path: string, dir: string): Promise<void> {
  const names = await readdir(dir)
  if (names.includes(MARKER)) return checkMarker(path, await readIfThere(join(dir, MARKER)))
  const foreign = names.filter((name) => !name.startsWith(MARKER) && !NOT_FOREIGN.includes(name))
  if (foreign.length > 0) {
    throw unusable(
      path,
      `it is not empty and was not made by Ashlar (it holds ${showValue(foreign.toSorted().slice(0, 3).join(', '))})`,
    )
  }
  await replaceFile(join(dir, MARKER), `${JSON.stringify({ format: FORMAT })}\n`)
}

function checkMarker(path: string, text: string | undefined): void {
  const format = parseFormat(text ?? '')
  if (format === undefined) throw unusable(path, `its ${MARKER} must hold {"format":${FORMAT}}, got ${showValue(text)}`)
  if (format > FORMAT) {
    throw unusable(path, `it was written by a newer Ashlar (format ${format}, this one reads up to ${FORMAT}): update Ashlar`)
  }
}

function parseFormat(text: string): number | undefined {
  try {
    return z.object({ format: z.int().positive() }).safeParse(JSON.parse(text)).data?.format
  } catch {
    return undefined
  }
}

function inUse(path: string, { pid, url }: LockRecord): AshlarError {
  const who = url === undefined ? `process ${pid}` : `process ${pid}, which serves ${url}`
  return new AshlarError(
    'DATA_DIR_IN_USE',
    `data directory ${showValue(path)} is in use by ${who}: stop it, or set ASHLAR_DATA_DIR to another folder`,
    { details: url === undefined ? { pid } : { pid, url } },
  )
}

/** Runs a step; what the file system refuses becomes a coded error. */
async function explained<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof AshlarError) throw error
    throw unusable(path, reasonOf(error), error)
  }
}

function unusable(path: string, reason: string, cause?: unknown): AshlarError {
  return new AshlarError(
    'DATA_DIR_UNUSABLE',
    `data directory ${showValue(path)} cannot be used: ${reason}. ASHLAR_DATA_DIR names another folder`,
    { cause },
  )
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it, or a part of its path, is a file and not a folder',
  ENOENT: 'nothing can be made there (does a link in its path lead nowhere?)',
}

function reasonOf(error: unknown): string {
  return REASONS[errorCode(error) ?? ''] ?? errorCode(error) ?? messageOf(error)
}
