import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '../../postgres/index.ts'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { buildPlugin } from '../../blocks/index.ts'
import { createBundleStore } from '../registry/index.ts'
import { deleteDrafts, markDraft } from './draft-bundle-store.ts'

let runtime: TestRuntime
let database: Database
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', template: 'COLD' })
  ;({ database } = runtime)
})
afterAll(() => runtime.close())

const digest = 'd'.repeat(64)
const age = () => database.pool.query(`update plugin_bundle set draft_at = draft_at - interval '2 minutes'`)
const drafts = async (): Promise<unknown[]> =>
  (await database.pool.query('select draft_at is not null as "isDraft" from plugin_bundle')).rows

beforeEach(async () => {
  await database.pool.query('delete from plugin_bundle')
  const facts = { packageName: 'draft', version: '1.0.0', builtin: false, bundle: { digest, code: '' } }
  await createBundleStore(database).save([buildPlugin(facts, { name: 'draft', providers: [], blocks: [] })])
  await markDraft(database, digest)
})

it('deletes a draft after a minute', async () => {
  expect(await deleteDrafts(database)).toBe(true)
  expect(await drafts()).toEqual([{ isDraft: true }])
  await age()
  expect(await deleteDrafts(database)).toBe(false)
  expect(await drafts()).toEqual([])
})

it('keeps a bundle that a cache row refers to, no longer as a draft', async () => {
  await database.pool.query(`insert into plugin_workspace (id, seen_at) values ('here', now())`)
  await database.pool.query(`insert into bundle_cache values ('here', 'draft', '', '[]', $1)`, [digest])
  await age()
  expect(await deleteDrafts(database)).toBe(false)
  expect(await drafts()).toEqual([{ isDraft: false }])
  await database.pool.query('delete from plugin_workspace')
})

it('deletes at the next sweep a draft that expires during a sweep', async () => {
  const query = async (text: string): Promise<unknown> => {
    const result = await database.pool.query(text)
    await age()
    return result
  }
  await deleteDrafts({ pool: { query } as unknown as pg.Pool })
  await deleteDrafts(database)
  expect(await drafts()).toEqual([])
})
