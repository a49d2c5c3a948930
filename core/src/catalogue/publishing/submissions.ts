import { randomUUIDv7 } from 'node:crypto'
import { channelName, type Database, type Notifications } from '../../postgres/index.ts'
import { AshlarError, type ErrorCode, type ErrorDetails } from '../../base/index.ts'
import { MAX_PACKED_BYTES } from '../package/index.ts'
import { publishSubmission, type PublishParts, type Submission } from './publish.ts'
import type { GivenSignature } from './signature.ts'

/** What became of one, as a row holds it; `isUnexpected` for what the worker alone is told of. */
type Answer = { versionId: string } | { code: ErrorCode; message: string; details: ErrorDetails } | { isUnexpected: true }

/*
 * Submissions travel through the table `plugin_submission`, since gateways run no code of plugins. Who has got one writes a row and
 * tells. A worker takes the row for three minutes (nobody else does meanwhile), writes its answer to it, and tells. Who has written
 * the row reads the answer and deletes it. A row that nobody reads any more is deleted by the next who writes one: four minutes after
 * it was written, ten seconds after it was answered. A row that was taken twice without an answer ends workers, and is taken no more;
 * a worker that stops gives the one that it has in hand back.
 */
const TAKE = `
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
const TELL = `select pg_notify('${channelName('submissions')}', '')`
const LOOK_AGAIN_MS = 5000
const ANSWER_WITHIN_MS = 240_000

/**
 * Has a worker check and publish it.
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
    const message = `the tarball has ${tarball.length} bytes, the limit is ${MAX_PACKED_BYTES}`
    throw new AshlarError('TARBALL_INVALID', message, { details: { path: ['tarball'] } })
  }
  const id = randomUUIDv7()
  await pool.query(DELETE_UNREAD)
  const { rowCount } = await pool.query(
    `insert into plugin_submission (id, user_id, tarball, signature, created_at) values ($1, $2, $3, $4, now())
     on conflict (user_id) do nothing`,
    [id, userId, Buffer.from(tarball), signature ? JSON.stringify(signature) : null],
  )
  if (!rowCount) throw new AshlarError('CONFLICT', 'another plugin of yours is being published: wait until it is')
  const wake = { up: Promise.withResolvers<void>() }
  const deaf = notifications.listen('submissions', () => wake.up.resolve())
  try {
    return await answerTo(id, pool, wake)
  } finally {
    deaf()
    await pool.query('delete from plugin_submission where id = $1', [id])
  }
}

async function answerTo(id: string, pool: Database['pool'], wake: { up: PromiseWithResolvers<void> }): Promise<string> {
  for (const until = Date.now() + ANSWER_WITHIN_MS; Date.now() < until;) {
    wake.up = Promise.withResolvers()
    await pool.query(TELL)
    for (const again = Date.now() + LOOK_AGAIN_MS; Date.now() < again; wake.up = Promise.withResolvers()) {
      const text = 'select answer from plugin_submission where id = $1'
      const { rows } = await pool.query<{ answer: Answer | null }>(text, [id])
      const answer = rows[0]?.answer
      if (answer && 'versionId' in answer) return answer.versionId
      if (answer && 'isUnexpected' in answer) throw new Error(`publishing has failed; its worker says why (submission ${id})`)
      if (answer) throw new AshlarError(answer.code, answer.message, { details: answer.details })
      const timer = setTimeout(() => wake.up.resolve(), LOOK_AGAIN_MS)
      await wake.up.promise
      clearTimeout(timer)
    }
  }
  throw new AshlarError('TIMEOUT', `no worker has checked the plugin within ${ANSWER_WITHIN_MS} ms`)
}

export interface SubmissionParts extends PublishParts {
  notifications: Notifications
  onError(error: unknown): void
}

/** Checks submissions, one at a time. @returns a function that ends it, and gives the one in hand back */
export function serveSubmissions(parts: SubmissionParts): () => Promise<void> {
  const stop = new AbortController()
  let working = Promise.resolve()
  const serveAll = async (): Promise<void> => {
    while (!stop.signal.aborted && (await serveNext(parts, stop.signal)));
  }
  const look = (): void => void (working = working.then(serveAll).catch(parts.onError))
  const deaf = parts.notifications.listen('submissions', look)
  look()
  return async () => {
    stop.abort(new AshlarError('SHUTTING_DOWN', 'the worker is stopping'))
    deaf()
    await working
  }
}

/** @returns whether there was one */
async function serveNext(parts: SubmissionParts, stopping: AbortSignal): Promise<boolean> {
  const { pool } = parts.database
  const { rows } = await pool.query<{ id: string; user_id: string; tarball: Buffer; signature: GivenSignature | null }>(TAKE)
  const [row] = rows
  if (!row) return false
  const submission = { tarball: row.tarball, signature: row.signature ?? undefined }
  const answer = await publishAndTell(parts, row.user_id, submission, stopping)
  if ('code' in answer && answer.code === 'SHUTTING_DOWN') await pool.query(GIVE_BACK, [row.id])
  else await pool.query(ANSWER, [row.id, JSON.stringify(answer)])
  await pool.query(TELL)
  return true
}

async function publishAndTell(
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
