import { randomUUIDv7 } from 'node:crypto'
import { channelName, type Database, type Notifications } from '../../postgres/index.ts'
import { AshlarError, type ErrorCode, type ErrorDetails } from '../../base/index.ts'
import { MAX_PACKED_BYTES } from '../package/index.ts'
import { publishSubmission, type PublishParts, type Submission } from './publish.ts'
import type { GivenSignature } from './signature.ts'

/**
 * The result of a submission, as stored in its row. The details of an `isUnexpected` error are only in the worker's
 * log.
 */
type Answer = { versionId: string } | { code: ErrorCode; message: string; details: ErrorDetails } | { isUnexpected: true }

/*
 * A gateway does not run plugin code, so it passes submissions to workers through the table `plugin_submission`.
 *
 * 1. The gateway inserts a row and sends a notification.
 * 2. A worker leases the row for three minutes, writes its answer to the row, and sends a notification.
 * 3. The gateway reads the answer and deletes the row.
 *
 * A gateway that inserts a row also deletes abandoned rows: four minutes after they were inserted, or ten seconds after
 * they were answered. A row that was leased twice without an answer probably crashes workers, so no worker leases it
 * again. A worker that shuts down returns the row that it holds.
 */
const LEASE = `
  update plugin_submission set attempts = attempts + 1, taken_until = now() + interval '3 minutes'
  where id = (
    select id from plugin_submission
    where answer is null and attempts < 2 and (taken_until is null or taken_until < now())
    order by id limit 1 for update skip locked
  ) returning id, user_id, tarball, signature`
const DELETE_UNREAD = `
  delete from plugin_submission
  where created_at < now() - interval '4 minutes' or (answer is not null and taken_until < now())`
const ANSWER = `update plugin_submission set answer = $2, taken_until = now() + interval '10 seconds' where id = $1`
const GIVE_BACK = 'update plugin_submission set attempts = attempts - 1, taken_until = null where id = $1'
const NOTIFY = `select pg_notify('${channelName('submissions')}', '')`
const POLL_EVERY_MS = 5000
const ANSWER_WITHIN_MS = 240_000

/**
 * Passes a submission to a worker, which checks and publishes it.
 *
 * @returns the id of the version
 * @throws {AshlarError} see `PluginStore.publish`
 */
export async function submit(
  { database: { pool }, notifications }: { database: Database; notifications: Notifications },
  userId: string,
  { tarball, signature }: Submission,
): Promise<string> {
  if (tarball.length > MAX_PACKED_BYTES) {
    const message = `the tarball has ${tarball.length} bytes; the limit is ${MAX_PACKED_BYTES}`
    throw new AshlarError('TARBALL_INVALID', message, { details: { path: ['tarball'] } })
  }
  const id = randomUUIDv7()
  await pool.query(DELETE_UNREAD)
  const { rowCount } = await pool.query(
    `insert into plugin_submission (id, user_id, tarball, signature, created_at) values ($1, $2, $3, $4, now())
     on conflict (user_id) do nothing`,
    [id, userId, Buffer.from(tarball), signature ? JSON.stringify(signature) : null],
  )
  if (!rowCount) throw new AshlarError('CONFLICT', 'another plugin of yours is being published; try again when it is done')
  const wake = { up: Promise.withResolvers<void>() }
  const unsubscribe = notifications.listen('submissions', () => wake.up.resolve())
  try {
    return await awaitAnswer(id, pool, wake)
  } finally {
    unsubscribe()
    await pool.query('delete from plugin_submission where id = $1', [id])
  }
}

async function awaitAnswer(id: string, pool: Database['pool'], wake: { up: PromiseWithResolvers<void> }): Promise<string> {
  for (const until = Date.now() + ANSWER_WITHIN_MS; Date.now() < until;) {
    wake.up = Promise.withResolvers()
    await pool.query(NOTIFY)
    for (const again = Date.now() + POLL_EVERY_MS; Date.now() < again; wake.up = Promise.withResolvers()) {
      const text = 'select answer from plugin_submission where id = $1'
      const { rows } = await pool.query<{ answer: Answer | null }>(text, [id])
      const answer = rows[0]?.answer
      if (answer && 'versionId' in answer) return answer.versionId
      if (answer && 'isUnexpected' in answer)
        throw new Error(`publishing failed unexpectedly; see the log of the worker (submission ${id})`)
      if (answer) throw new AshlarError(answer.code, answer.message, { details: answer.details })
      const timer = setTimeout(() => wake.up.resolve(), POLL_EVERY_MS)
      await wake.up.promise
      clearTimeout(timer)
    }
  }
  throw new AshlarError('TIMEOUT', `no worker checked the plugin within ${ANSWER_WITHIN_MS} ms`)
}

interface SubmissionParts extends PublishParts {
  notifications: Notifications
  onError(error: unknown): void
}

/**
 * Checks submissions, one at a time.
 *
 * @returns a function that stops this and returns the current submission to the table
 */
export function serveSubmissions(parts: SubmissionParts): () => Promise<void> {
  const stop = new AbortController()
  let working = Promise.resolve()
  const serveAll = async (): Promise<void> => {
    while (!stop.signal.aborted && (await serveNext(parts, stop.signal)));
  }
  const serve = (): void => void (working = working.then(serveAll).catch(parts.onError))
  const unsubscribe = parts.notifications.listen('submissions', serve)
  serve()
  return async () => {
    stop.abort(new AshlarError('SHUTTING_DOWN', 'the worker is stopping'))
    unsubscribe()
    await working
  }
}

/** @returns whether there was a submission */
async function serveNext(parts: SubmissionParts, stopping: AbortSignal): Promise<boolean> {
  const { pool } = parts.database
  const { rows } = await pool.query<{ id: string; user_id: string; tarball: Buffer; signature: GivenSignature | null }>(LEASE)
  const [row] = rows
  if (!row) return false
  const submission = { tarball: row.tarball, signature: row.signature ?? undefined }
  const answer = await publishAndAnswer(parts, row.user_id, submission, stopping)
  if ('code' in answer && answer.code === 'SHUTTING_DOWN') await pool.query(GIVE_BACK, [row.id])
  else await pool.query(ANSWER, [row.id, JSON.stringify(answer)])
  await pool.query(NOTIFY)
  return true
}

async function publishAndAnswer(
  parts: SubmissionParts,
  userId: string,
  submission: Submission,
  stopping: AbortSignal,
): Promise<Answer> {
  try {
    return { versionId: await publishSubmission(parts, userId, submission, stopping) }
  } catch (error) {
    if (!(error instanceof AshlarError)) {
      parts.onError(error)
      return { isUnexpected: true }
    }
    const { code, message, details } = error
    return { code, message, details }
  }
}
