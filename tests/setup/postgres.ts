import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTemplate, startEmbeddedPostgres } from '@ashlar/core/testing'
import type { TestProject } from 'vitest/node'

/** Starts one Postgres for the whole run, with one migrated template database that every test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-test-'))
  const postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') })
  await createTemplate(postgres.adminUrl)
  project.provide('postgresUrl', postgres.adminUrl)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true })
  }
}
