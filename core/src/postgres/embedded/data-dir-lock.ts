import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { errorCode, isRunning, readStartTime } from './process-facts.ts'

// A lock is a file that names the process that holds it. The file appears with its complete contents in one step: a
// temporary file is linked to the name, which fails if the name exists. A reader therefore never reads a partial
// record. The lock is free if the file does not exist. It is stale if its process has ended, if its pid belongs to
// another process, or if the file is unreadable (it may be empty after a power failure).
//
// Only the holder of a second lock, `<file>.takeover`, may replace a stale lock, after it has read the lock again. If
// two processes find the same stale lock, the later one then reads the record of the earlier one and gives up. The
// second lock follows the same rules, so the takeover lock of a killed process can be taken over too.

const recordSchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks since boot, from `readStartTime`; null on systems that do not report it. */
  startedAt: z.int().nullable(),
  url: z.string().optional(),
})

/** The contents of a lock file. */
export type LockRecord = z.infer<typeof recordSchema>

/** A lock held by this process. */
export interface Lock {
  /** Rewrites the record in one step. Does nothing after `release`. */
  setUrl(url: string): Promise<void>
  /** Removes the lock file. Idempotent. */
  release(): Promise<void>
}

/** Takes the lock, or returns its holder. */
export async function acquireLock(file: string): Promise<{ lock: Lock } | { holder: LockRecord }> {
  const record: LockRecord = { pid: process.pid, startedAt: readStartTime(process.pid) }
  const holder = await take(file, JSON.stringify(record))
  return holder === undefined ? { lock: heldLock(file, record) } : { holder }
}

/** Returns the record of the running process that holds the lock. */
export async function findLockHolder(file: string): Promise<LockRecord | undefined> {
  const text = await readFileIfExists(file)
  return text === undefined ? undefined : findRunningHolder(text)
}

/** Replaces a file atomically. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await withTemporary(file, text, (temporary) => rename(temporary, file))
}

/** Returns the contents of a file, `undefined` if it does not exist. */
export async function readFileIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function heldLock(file: string, record: LockRecord): Lock {
  let released = false
  // Changes run one at a time, so that a pending `setUrl` cannot restore the file after `release`.
  let last: Promise<void> = Promise.resolve()
  const next = (change: () => Promise<void>): Promise<void> => {
    const done = last.then(async () => {
      if (!released) await change()
    })
    last = done.catch(() => undefined)
    return done
  }
  return {
    setUrl: (url) => next(() => replaceFile(file, JSON.stringify({ ...record, url }))),
    release: () =>
      next(async () => {
        released = true
        await rm(file, { force: true })
      }),
  }
}

/** @returns the running holder, or `undefined` if this process has taken the lock */
async function take(file: string, ours: string): Promise<LockRecord | undefined> {
  for (;;) {
    if (await createFile(file, ours)) return undefined
    const text = await readFileIfExists(file)
    if (text === undefined) continue
    const holder = findRunningHolder(text)
    if (holder !== undefined) return holder
    if (await replaceStale(file, text, ours)) return undefined
  }
}

async function replaceStale(file: string, stale: string, ours: string): Promise<boolean> {
  const takeover = `${file}.takeover`
  if ((await take(takeover, ours)) !== undefined) {
    await pause(5)
    return false
  }
  try {
    if ((await readFileIfExists(file)) !== stale) return false
    await replaceFile(file, ours)
    return true
  } finally {
    await rm(takeover, { force: true })
  }
}

function findRunningHolder(text: string): LockRecord | undefined {
  const record = parseRecord(text)
  if (record === undefined || !isRunning(record.pid)) return undefined
  return record.startedAt === null || record.startedAt === readStartTime(record.pid) ? record : undefined
}

function parseRecord(text: string): LockRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** @returns false if the file exists */
async function createFile(file: string, text: string): Promise<boolean> {
  try {
    await withTemporary(file, text, (temporary) => link(temporary, file))
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function withTemporary(file: string, text: string, use: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true })
    await use(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
}
