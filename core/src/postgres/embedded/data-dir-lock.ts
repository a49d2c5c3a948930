import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { errorCode, isRunning, startOf } from './process-facts.ts'

// A lock is a file that names the process holding it. It appears with its whole content in one step (a temporary file
// is linked to the name, which fails when the name is taken), so that a reader never sees half a record. It is free
// when the file is missing, and stale when its process has ended, when its pid now belongs to another process, or when
// it cannot be read (a power cut may leave it empty).
//
// A stale lock may be replaced only by the holder of a second lock, `<file>.takeover`, who then looks again: of two
// processes that find the same stale lock, the later one finds the earlier one's record and withdraws. The second lock
// is taken by the same rules, so one left by a process killed in the middle of this is taken over like any other.

const recordSchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks since boot, from `startOf`; null where only the pid is known. */
  startedAt: z.int().nullable(),
  url: z.string().optional(),
})

/** What a lock file says of its holder. */
export type LockRecord = z.infer<typeof recordSchema>

/** A lock held by this process. */
export interface Lock {
  /** Rewrites the record in one step. Does nothing after `release`. */
  setUrl(url: string): Promise<void>
  /** Removes the lock file. Idempotent. */
  release(): Promise<void>
}

/** Takes the lock, or tells who holds it. */
export async function acquireLock(file: string): Promise<{ lock: Lock } | { holder: LockRecord }> {
  const record: LockRecord = { pid: process.pid, startedAt: startOf(process.pid) }
  const holder = await take(file, JSON.stringify(record))
  return holder === undefined ? { lock: heldLock(file, record) } : { holder }
}

/** The record of the living process that holds the lock. */
export async function lockHolder(file: string): Promise<LockRecord | undefined> {
  const text = await readIfThere(file)
  return text === undefined ? undefined : livingHolder(text)
}

/** Writes a file so that a reader sees the old content or the new, and never a part. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await withTemporary(file, text, (temporary) => rename(temporary, file))
}

/** The content of a file, `undefined` when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function heldLock(file: string, record: LockRecord): Lock {
  let released = false
  // One change at a time: a `setUrl` that is still writing must not bring the file back after `release`.
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

/** The living holder, or `undefined` when the lock is now ours. */
async function take(file: string, ours: string): Promise<LockRecord | undefined> {
  for (;;) {
    if (await createFile(file, ours)) return undefined
    const text = await readIfThere(file)
    if (text === undefined) continue
    const holder = livingHolder(text)
    if (holder !== undefined) return holder
    if (await replaceStale(file, text, ours)) return undefined
  }
}

async function replaceStale(file: string, stale: string, ours: string): Promise<boolean> {
  const claim = `${file}.takeover`
  if ((await take(claim, ours)) !== undefined) {
    await pause(5)
    return false
  }
  try {
    if ((await readIfThere(file)) !== stale) return false
    await replaceFile(file, ours)
    return true
  } finally {
    await rm(claim, { force: true })
  }
}

function livingHolder(text: string): LockRecord | undefined {
  const record = parseRecord(text)
  if (record === undefined || !isRunning(record.pid)) return undefined
  return record.startedAt === null || record.startedAt === startOf(record.pid) ? record : undefined
}

function parseRecord(text: string): LockRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** False when the name is taken. */
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
