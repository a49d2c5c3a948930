import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDatabase, createTestRuntime } from '@ashlar/core/testing'
import { expect, inject, it, vi } from 'vitest'
import { entryOf, packageOf, tarballOf } from './tarballs.ts'

const block = {
  id: 'abababab-0000-4000-8000-000000000001',
  name: 'wait',
  // Below the limit of ten seconds for a test.
  run: `await new Promise((resolve) => setTimeout(resolve, 8000))`,
  tests: `Array.from({ length: 6 }, () => ({ input: {}, output: [] }))`,
}
const slow = tarballOf(packageOf('slow', '1.0.0', entryOf('slow', [block])))
const quick = tarballOf(packageOf('slow', '1.0.0', entryOf('slow', [{ ...block, run: '' }])))

it('a worker that stops returns the plugin that it checks, and the publisher may publish it again', async () => {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'))
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-stop-'))
  vi.stubEnv('TMPDIR', folder)
  const first = await createTestRuntime({ databaseUrl })
  const publishing = first.pluginStore.publish(first.ownerId, { tarball: slow }).catch((error: unknown) => error)
  const rows = async () => (await other.database.pool.query('select attempts, answer, taken_until from plugin_submission')).rows
  const other = await createTestRuntime({ databaseUrl, role: 'gateway' })
  await expect.poll(rows).toMatchObject([{ attempts: 1 }])
  await first.close()
  await publishing
  expect(await rows()).toEqual([{ attempts: 0, answer: null, taken_until: null }])
  expect(await readdir(folder)).toEqual([])
  expect(first.failures).toEqual([])

  const again = (): Promise<unknown> => other.pluginStore.publish(other.ownerId, { tarball: quick })
  await expect(again()).rejects.toMatchObject({ code: 'CONFLICT' })
  const { pool } = other.database
  const { rows: given } = await pool.query(
    `update plugin_submission set created_at = now() - interval '241 seconds' returning id`,
  )
  const published = again()
  await expect.poll(async () => (await pool.query('select id from plugin_submission')).rows).not.toEqual(given)
  const next = await createTestRuntime({ databaseUrl })
  expect(await published).toMatchObject({ version: '1.0.0' })
  await pool.query(
    `insert into plugin_submission (id, user_id, tarball, created_at, answer, taken_until)
     values (gen_random_uuid(), $1, '', now(), '{}', now() - interval '1 second')`,
    [other.ownerId],
  )
  expect(await again()).toMatchObject({ version: '1.0.0' })
  await next.close()
  await other.close()
  await rm(folder, { recursive: true })
})
