import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTemplates, startEmbeddedPostgres } from '@ashlar/core/testing'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

/** The data of a run is temporary, so it need not reach the disk. */
const SETTINGS = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'autovacuum = off', 'jit = off']

/** Starts one Postgres for the whole run, with the template databases that test files clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-test-'))
  const postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') })
  await configure(postgres.adminUrl)
  await createTemplates(postgres.adminUrl, [BUILTIN_PLUGINS])
  project.provide('postgresUrl', postgres.adminUrl)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}

async function configure(adminUrl: string): Promise<void> {
  const client = new pg.Client(adminUrl)
  await client.connect()
  for (const setting of SETTINGS) await client.query(`alter system set ${setting}`)
  await client.query('select pg_reload_conf()')
  await client.end()
}
