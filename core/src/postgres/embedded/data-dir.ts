import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { AshlarError, errorMessage, showValue } from '../../base/index.ts'
import { acquireLock, findLockHolder, readFileIfExists, replaceFile, type Lock, type LockRecord } from './data-dir-lock.ts'
import { errorCode } from './process-facts.ts'

/** A data directory that this process has locked. All paths are absolute. */
export interface DataDir {
  readonly path: string
  /** The folder of the embedded Postgres cluster. It does not exist in a new data directory. */
  readonly postgresDir: string
  readonly ownerKeyFile: string
  /** Publishes the URL of the server to other processes, see {@link findServer}. */
  setServer(url: string): Promise<void>
  /** Unlocks the directory. Idempotent. If a process ends without it, the next one takes over the lock. */
  release(): Promise<void>
}

const MARKER = 'ashlar.json'
const LOCK = 'lock'
const FORMAT = 1
/**
 * Names that may exist in a new data directory: `lost+found` of a new file system, and `files`, which a separate worker
 * creates.
 */
const NOT_FOREIGN = ['lost+found', 'files']

/**
 * Opens the data directory and locks it for this process. Creates the directory (mode 0700) and its parents if they do
 * not exist. A data directory contains `ashlar.json`, `{ "format": 1 }`, which is created in an empty directory.
 * @throws {AshlarError} DATA_DIR_IN_USE when a running process has locked it, `details: { pid, url? }`.
 * @throws {AshlarError} DATA_DIR_UNUSABLE when it cannot be created or written, or contains other files.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = resolve(path)
  const lock = await convertFailure(path, async () => {
    await makeFolder(dir)
    await markFolder(path, dir)
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

/** Returns the path of the key that encrypts credentials. Workers read this file without a lock on the directory. */
export function secretKeyFile(dataDir: string): string {
  return join(resolve(dataDir), 'secret-key')
}

/**
 * Returns the URL of the server that uses this data directory; `undefined` if no server runs or it has not published
 * its URL.
 */
export async function findServer(path: string): Promise<string | undefined> {
  const holder = await convertFailure(path, () => findLockHolder(join(resolve(path), LOCK)))
  return holder?.url
}

/**
 * Works like `mkdir -p`. Node's `recursive` loops forever if the system reports ENOENT in an existing folder (`/proc`).
 */
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
  const result = await acquireLock(join(dir, LOCK))
  if ('lock' in result) return result.lock
  throw inUse(path, result.holder)
}

async function markFolder(path: string, dir: string): Promise<void> {
  const names = await readdir(dir)
  if (names.includes(MARKER)) return checkMarker(path, await readFileIfExists(join(dir, MARKER)))
  const foreign = names.filter((name) => !name.startsWith(MARKER) && !NOT_FOREIGN.includes(name))
  if (foreign.length > 0) {
    throw unusable(
      path,
      `it is not empty and was not created by Ashlar (it contains ${showValue(foreign.toSorted().slice(0, 3).join(', '))})`,
    )
  }
  await replaceFile(join(dir, MARKER), `${JSON.stringify({ format: FORMAT })}\n`)
}

function checkMarker(path: string, text: string | undefined): void {
  const format = parseFormat(text ?? '')
  if (format === undefined) throw unusable(path, `its ${MARKER} must contain {"format":${FORMAT}}, got ${showValue(text)}`)
  if (format > FORMAT) {
    throw unusable(
      path,
      `it was written by a newer version of Ashlar (format ${format}, this version reads up to ${FORMAT}): update Ashlar`,
    )
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
  const holder = url === undefined ? `process ${pid}` : `process ${pid}, which serves ${url}`
  return new AshlarError(
    'DATA_DIR_IN_USE',
    `data directory ${showValue(path)} is in use by ${holder}: stop it, or set ASHLAR_DATA_DIR to another folder`,
    { details: url === undefined ? { pid } : { pid, url } },
  )
}

/** Runs a step and converts file system errors. */
async function convertFailure<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof AshlarError) throw error
    throw unusable(path, describeFailure(error), error)
  }
}

function unusable(path: string, reason: string, cause?: unknown): AshlarError {
  return new AshlarError(
    'DATA_DIR_UNUSABLE',
    `data directory ${showValue(path)} cannot be used: ${reason}. Set ASHLAR_DATA_DIR to another folder`,
    { cause },
  )
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted in this folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it, or a part of its path, is a file and not a folder',
  ENOENT: 'it cannot be created (its path may contain a broken link)',
}

function describeFailure(error: unknown): string {
  return REASONS[errorCode(error) ?? ''] ?? errorCode(error) ?? errorMessage(error)
}
